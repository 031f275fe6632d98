import Compression
import Interchange
import Networks
import Tensors
import Testing

@testable import Calibration

struct ExportTests {
  @Test(
    "A file holds the simulator's weights bit for bit and computes the same",
    arguments: [(.eptq, 3, 4), (.eptq, 2, 8), (.qdrop, 4, 4), (.adaRound, 8, 8)]
      as [(CalibrationMethod, Int, Int)])
  func exact(method: CalibrationMethod, weightBits: Int, activationBits: Int) throws {
    let calibrator = try Calibrator(
      SmallNetworks.residual(seed: 8), images: CalibratorTests.images,
      settings: CalibratorTests.settings(method, iterations: 24), streams: RandomStreams(seed: 1))
    let result = try calibrator.calibrate(
      calibrator.layers.map {
        LayerQuantization(
          layer: $0.name, weightBits: weightBits, activationBits: activationBits)
      })
    let read = try ONNXFile.decode(
      try ONNXFile.encode(result.graph, file: "q.onnx"), file: "q.onnx"
    ).graph
    for layer in calibrator.layers {
      let node = try #require(result.graph.nodes.first { $0.name == layer.name })
      let quantizer = try #require(result.graph.nodes.first { $0.outputs == [node.inputs[1]] })
      let (levels, scales) = try #require(try result.graph.quantizer(of: quantizer))
      let weight = try #require(result.graph.initializers[layer.weight]?.tensor)
      #expect(levels.bits == weightBits)
      let expected = levels.quantize(weight, scales: scales, axis: layer.outputAxis)
      #expect(expected == weight)
      let found = try #require(read.nodes.first { $0.name == layer.name })
      #expect(read.initializers[found.inputs[1]]?.tensor?.scalars == expected.scalars)
    }
    let unseen = SmallNetworks.images(16, seed: 31)
    let outputs = try [result.graph, read].map { try Executor($0, batch: 16).run(["x": unseen]) }
    #expect(outputs[0].values.first == outputs[1].values.first)
  }
}
