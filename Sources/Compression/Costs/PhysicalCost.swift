import Hardware

/// Time and energy in whole counts, so that budgets are exact.
public struct PhysicalCost: Equatable, Sendable {
  /// Picoseconds.
  public internal(set) var latency = 0
  /// Femtojoules.
  public internal(set) var energy = 0

  /// Nothing.
  init() {}

  /// The counts of a cost, rounded up.
  init(_ cost: Cost) {
    latency = Self.count(cost.latency.value, .latency)
    energy = Self.count(cost.energy.value, .energy)
  }

  /// More than any limit allows: what a device cannot run.
  static let impossible: PhysicalCost = {
    var cost = PhysicalCost()
    (cost.latency, cost.energy) = (.max, .max)
    return cost
  }()

  /// The sum, stopping at the largest number.
  static func + (a: PhysicalCost, b: PhysicalCost) -> PhysicalCost {
    var sum = a
    sum.latency = Self.sum(a.latency, b.latency)
    sum.energy = Self.sum(a.energy, b.energy)
    return sum
  }

  private static func count(_ amount: Double, _ quantity: CostQuantity) -> Int {
    Int(min((amount * quantity.countsPerUnit).rounded(.up), 4e18))
  }

  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }
}
