import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite struct PassTimingTests {
  private static func graph() throws -> Graph {
    var generator = SeededGenerator(seed: 3)
    return try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
  }

  @Test func aTimedPassComputesWhatAPassDoes() throws {
    let executor = try Executor(Self.graph(), batch: 2, pool: WorkerPool(threads: 1))
    let input = try executor.input("input")
    let values = Tensor.normal([input.count], seed: 5).scalars
    _ = input.update(fromContentsOf: values)
    let output = try #require(executor.graph.outputs.first?.name)
    executor.forward()
    let expected = Array(try executor.output(output))
    try executor.output(output).update(repeating: 0)
    var noted: [Int] = []
    executor.forward(timing: { step, duration in
      #expect(duration >= .zero)
      noted.append(step)
    })
    #expect(Array(try executor.output(output)) == expected)
    #expect(noted == Array(executor.stepNodes.indices))
  }

  @Test func stepsBearTheNamesOfNodes() throws {
    let graph = try Self.graph()
    let executor = try Executor(graph, batch: 1, pool: WorkerPool(threads: 1))
    let names = executor.stepNodes.compactMap { $0 }
    let fused = try graph.fused(for: .inference, keeping: Set(graph.outputs.map(\.name)))
    #expect(names == fused.nodes.map(\.name))
    #expect(names.count < graph.nodes.count)
  }
}
