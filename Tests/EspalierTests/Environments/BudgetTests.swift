import Compression
import CompressionEnvironments
import Testing

@testable import Espalier

@Suite struct BudgetTests {
  @Test(arguments: [
    ("macs=0.5", 500.0), ("macs=1", 1000), ("macs=.25", 250), ("macs=20M", 20e6),
    ("macs=1.5", 1), ("macs=300k", 300e3), ("macs=300K", 300e3), ("macs=2G", 2e9),
    ("macs=0.5k", 500), ("macs=5e2", 500), ("weightBytes=0.3", 300), ("weightBytes=300kB", 300e3),
    ("weightBytes=1MB", 1e6), ("weightBytes=700B", 700), ("weightBytes=1B", 1),
    ("weightBytes=2k", 2000), ("bitOps=20M", 20e6), ("bitOps=0.5", 500),
    // Picoseconds and femtojoules.
    ("latency=3ms", 3e9), ("latency=2us", 2e6), ("latency=1.5s", 1.5e12), ("latency=0.25", 250),
    ("energy=2mJ", 2e12), ("energy=7uJ", 7e9), ("energy=1J", 1e15), ("energy=1", 1000),
  ])
  func aLimitIsAPartOfTheOriginalOrANumberWithAUnit(_ text: String, _ limit: Double) throws {
    let budget = try Budget(text)
    let limited = try budget.limit(original: NetworkCost { _ in 1000 })
    #expect(limited == CostLimit(budget.quantity, most: Int(limit)))
  }

  @Test(arguments: [
    "macs", "macs=", "=0.5", "", "macs=half", "macs=0", "macs=-0.5", "macs=nan", "macs=inf",
    "macs=20MB", "latency=3", "latency=3J", "latency=3 ms", "latency=ms", "latency=-1ms",
    "energy=2", "energy=2ms", "energy=0mJ", "macs=3ms", "bitOps=3J", "latency=uniform:0",
    "latency=uniform:9", "latency=uniform:", "latency=uniform:4.5", "macs=k", "macs=0.5=1",
    "weightBytes=B", "weightBytes=3kk", "macs=1 M",
  ])
  func anythingElseIsRefusedInOneSentence(_ text: String) throws {
    let error = #expect(throws: EspalierError.self) { try Budget(text) }
    #expect("\(try #require(error))".hasPrefix("budget '\(text)': expected "))
  }

  @Test func uniformIsWhatAsManyBitsCost() throws {
    let budget = try Budget("latency=uniform:4")
    let limit = try budget.limit(original: NetworkCost { _ in 1000 }) { bits in
      NetworkCost { $0 == .latency ? 100 * bits : 1 }
    }
    #expect(limit == CostLimit(.latency, most: 400))
    // Where no bits are decided there is nothing to be uniform in.
    let error = #expect(throws: EspalierError.self) {
      try budget.limit(original: NetworkCost { _ in 1000 })
    }
    #expect("\(try #require(error))".hasPrefix("budget 'latency=uniform:4': expected no bits"))
  }

  @Test func hugeAmountsDoNotTrap() throws {
    #expect(
      try Budget("latency=1e300s").limit(original: NetworkCost { _ in 1 }).most
        == 1_000_000_000_000_000_000)
    #expect(throws: EspalierError.self) { try Budget("energy=1e400J") }
  }

  @Test func anUnknownQuantityNamesThoseThereAre() {
    #expect(
      throws: EspalierError.budget(
        text: "warmth=0.5",
        expected:
          "one of macs, parameters, weightBytes, peakActivationBytes, bitOps, latency, energy "
          + "as the quantity")
    ) { try Budget("warmth=0.5") }
  }

  @Test func theTextIsKeptAsItWasWritten() throws {
    #expect(try Budget("weightBytes=300kB").text == "300kB")
    #expect(try Budget("weightBytes=300kB").quantity == .weightBytes)
  }

  @Test func aQuantityIsLimitedOnce() throws {
    let list = try Budget.list(["macs=0.5", "peakActivationBytes=100kB"])
    #expect(list.map(\.quantity) == [.macs, .peakActivationBytes])
    #expect(
      throws: EspalierError.budget(text: "macs=0.6", expected: "each quantity once")
    ) { try Budget.list(["macs=0.5", "macs=0.6"]) }
  }
}
