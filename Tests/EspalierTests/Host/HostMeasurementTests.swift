import Compression
import Foundation
import Hardware
import Testing

@testable import Espalier

@Suite(.serialized) struct HostMeasurementTests {
  @Test func aSpreadIsThatOfTheTextbook() {
    let spread = TimeSpread([4, 1, 3, 8])
    #expect(spread.count == 4 && spread.median == 3.5 && spread.mean == 4)
    // Σ(x − 4)² = 0 + 9 + 1 + 16
    #expect(abs(spread.deviation - (26.0 / 3).squareRoot()) < 1e-12)
    #expect(TimeSpread([]) == TimeSpread([]) && TimeSpread([]).mean == 0)
    #expect(TimeSpread([2]).deviation == 0)
  }

  @Test func everyLayerIsTimedAndTheyAddUp() throws {
    var effort = HostMeasurement.Effort()
    effort.leastRounds = 12
    effort.seconds = 0.2
    let graph = try PricedNetworkTests.graph()
    let measured = try HostMeasurement(graph, batch: 4, threads: 1, effort: effort)
    #expect(measured.layers.map(\.layer.name) == (try graph.layers(batch: 4).map(\.name)))
    #expect(measured.threads == 1 && measured.batch == 4 && measured.pass.count >= 12)
    for layer in measured.layers {
      #expect(layer.seconds.count == measured.pass.count && layer.latency > 0)
    }
    #expect(measured.predicted > 0 && measured.pass.median > 0)
    // Passes with and without the clock do the same work; a busy machine may part them, not this far.
    #expect(abs(measured.error) < 0.5)
  }

  @Test func theTablePricesTheNetworkAndOthersWithItsLayers() throws {
    var effort = HostMeasurement.Effort()
    effort.leastRounds = 3
    effort.seconds = 0
    var graph = try PricedNetworkTests.graph()
    let measured = try HostMeasurement(graph, batch: 2, threads: 1, effort: effort)
    let table = try CostTable(json: measured.table().json(), file: "host.json")
    let device = PricingDevice(table)
    #expect(device.name == "host" && device.batch == 2 && device.defaultBits == LayerBits(32))
    let own = try #require(try PricedNetwork(graph, on: device).cost)
    #expect(abs(own.latency.value / measured.predicted - 1) < 1e-9)
    // The same layers under other names: by their work, averaged over those that share it.
    for index in graph.nodes.indices { graph.nodes[index].name += " of another" }
    let other = try #require(try PricedNetwork(graph, on: device).cost)
    #expect(abs(other.latency.value / measured.predicted - 1) < 1e-9)
    #expect(throws: HardwareError.self) {
      try PricedNetwork(graph, on: device, bits: LayerBits(8))
    }
  }
}
