import Foundation
import Interchange
import Networks
import Tensors
import Testing

@testable import Espalier

/// Winograd's convolution on the weights of the network that comes along.
@Suite struct TrainedWeightsTests {
  private static let network = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Environments/glyphs-amc/glyphs-resnet8.onnx")

  /// Rounded to so many bits, each array by its largest element.
  private func quantised(_ graph: Graph, bits: Int) -> Graph {
    var graph = graph
    for (name, array) in graph.initializers {
      guard let tensor = array.tensor, tensor.shape.rank == 4 else { continue }
      let step = (tensor.scalars.map(abs).max() ?? 0) / Float((1 << (bits - 1)) - 1)
      graph.initializers[name] = TypedArray(
        Tensor(shape: tensor.shape) { (tensor.scalars[$0] / step).rounded() * step })
    }
    return graph
  }

  @Test(arguments: [32, 4])
  func fastAndExactConvolutionsAgree(bits: Int) throws {
    let trained = try ONNXFile.read(Self.network).graph
    let graph = bits < 32 ? quantised(trained, bits: bits) : trained
    let input = try #require(graph.inputs.first).name
    let output = try #require(graph.outputs.first).name
    let results = try [Arithmetic.fast, .exact].map { arithmetic -> [Float] in
      let executor = try Executor(graph, batch: 8, arithmetic: arithmetic)
      var stream = RandomStreams(seed: 3).stream("images")
      let values = try executor.input(input)
      for index in values.indices { values[index] = Float(stream.uniform(in: -1...1)) }
      executor.forward()
      return try Array(executor.output(output))
    }
    #expect(results[0] != results[1])
    let scale = results[1].map(abs).max() ?? 0
    let error = zip(results[0], results[1]).map { abs($0 - $1) }.max() ?? .infinity
    #expect(error <= 2e-5 * scale)
  }
}
