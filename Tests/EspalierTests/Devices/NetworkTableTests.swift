import Compression
import Hardware
import Tensors
import Testing
import Units

@testable import Espalier

@Suite struct NetworkTableTests {
  private func table(clock: Double?, threads: Int = 1) throws -> CostTable {
    try CostTable(
      name: "t", of: PricedNetworkTests.graph(),
      on: PricingDevice(StepDevice(), batch: 2, clock: clock), pool: WorkerPool(threads: threads))
  }

  @Test(arguments: [1000.0, nil]) func aTablePricesAsItsDeviceDoes(_ clock: Double?) throws {
    let table = try table(clock: clock)
    #expect(table.unit == (clock.map { .cycles(clock: $0) } ?? .seconds))
    let graph = try PricedNetworkTests.graph()
    for weights in [4, 8] {
      let bits = LayerBits(weights: BitWidth(weights), activations: BitWidth(8))
      let direct = try PricedNetwork(
        graph, on: PricingDevice(StepDevice(), batch: 2), bits: bits)
      let looked = try PricedNetwork(graph, on: PricingDevice(table), bits: bits)
      #expect(looked.batch == 2)
      for (left, right) in zip(direct.layers, looked.layers) {
        #expect(left.cost?.latency == right.cost?.latency)
        #expect(left.cost?.energy == right.cost?.energy)
        #expect(clock == nil || left.cost?.cycles == right.cost?.cycles)
      }
    }
  }

  @Test func aClockThatLatenciesDoNotFollowIsLeftOut() throws {
    #expect(try table(clock: 7).unit == .seconds)
  }

  @Test func theTableIsTheSameAtAnyNumberOfThreads() throws {
    #expect(
      try table(clock: nil, threads: 1).json() == table(clock: nil, threads: 3).json())
  }

  @Test func whatATableLacksIsNamedWithHowMuchItCovers() throws {
    let table = try table(clock: nil)
    let rows = Array(table.rows.dropFirst())
    let part = try CostTable(
      name: "part", device: "step", unit: .seconds, batch: 2, rows: rows)
    let graph = try PricedNetworkTests.graph()
    let first = try #require(try graph.layers(batch: 2).first?.name)
    #expect(
      throws: HardwareError.missingEntry(
        table: "part", layer: first, wanted: "its name or workload", covered: rows.count,
        of: rows.count + 1)
    ) { try PricedNetwork(graph, on: PricingDevice(part)) }
  }
}
