import CAllocationCount
import Tensors
import Testing

@testable import Networks

/// After the first pass an executor allocates nothing.
@Suite(.enabled(if: espalier_counts_allocations() != 0)) struct AllocationTests {
  private func allocations(_ body: () -> Void) -> Int {
    let before = espalier_allocation_count()
    body()
    return espalier_allocation_count() - before
  }

  private func graph(_ model: String) throws -> Graph {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named(model).graph(using: &generator)
  }

  @Test func theCounterCounts() {
    var array: [Int] = []
    #expect(allocations { array.reserveCapacity(1000) } > 0)
  }

  @Test(arguments: ["resnet20", "mobilenet_v1", "mobilenet_v2"])
  func evaluationAllocatesNothing(_ model: String) throws {
    let graph = try graph(model)
    let executor = try Executor(graph, batch: 2, pool: WorkerPool(threads: 1))
    executor.forward()
    #expect(allocations { executor.forward() } == 0)
  }

  @Test(arguments: ["resnet20", "mobilenet_v1", "mobilenet_v2"])
  func trainingAllocatesNothing(_ model: String) throws {
    let graph = try graph(model)
    let executor = try Executor(
      graph, batch: 2, mode: .training, pool: WorkerPool(threads: 1))
    executor.forward()
    executor.backward()
    executor.parametersChanged()
    #expect(
      allocations {
        executor.forward()
        executor.backward()
        executor.zeroGradients()
      } == 0)
  }
}
