import Tensors
import TestSupport
import Testing

@testable import Networks

/// Packed copies follow the parameters they were made of.
@Suite struct PackedWeightTests {
  static let graphs: [(String, Graph)] = [
    ("Gemm", dense(transposed: false)), ("Gemm, B transposed", dense(transposed: true)),
    ("Conv, direct", ConvolutionCase.all[0].graph),
    ("Conv, Winograd", ConvolutionCase.winograd[0].graph),
  ]

  private static func dense(transposed: Bool) -> Graph {
    SingleNode.graph(
      "Gemm",
      [
        .input([5, 19]), .constant(.normal(transposed ? [33, 19] : [19, 33], seed: 1)),
        .constant(.normal([33], seed: 2)),
      ], attributes: ["transB": .int(transposed ? 1 : 0)])
  }

  private func pass(_ executor: Executor) throws -> [[Float]] {
    let input = try executor.input("x0")
    _ = input.update(fromContentsOf: Tensor.normal([input.count], seed: 3).scalars)
    executor.zeroGradients()
    executor.forward()
    let gradient = try executor.outputGradient("y0")
    _ = gradient.update(fromContentsOf: Tensor.normal([gradient.count], seed: 4).scalars)
    executor.backward()
    return try [Array(executor.output("y0")), Array(executor.inputGradient("x0"))]
      + executor.parameters.map { Array($0.gradients) }
  }

  @Test(arguments: graphs.indices)
  func writtenParametersAreUsed(_ index: Int) throws {
    let (name, graph) = PackedWeightTests.graphs[index]
    let executor = try Executor(graph, batch: 1, mode: .training)
    let before = try pass(executor)
    for parameter in executor.parameters {
      for index in parameter.values.indices { parameter.values[index] *= -1.5 }
    }
    executor.parametersChanged()
    let after = try pass(executor)
    let fresh = try pass(try Executor(executor.updatedGraph(), batch: 1, mode: .training))
    #expect(after == fresh, "\(name)")
    #expect(after[0] != before[0] && after[1] != before[1])
  }
}
