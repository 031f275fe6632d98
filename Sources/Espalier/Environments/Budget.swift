public import Compression
import CompressionEnvironments
import CompressionPolicies

/// A limit on one quantity: `macs=0.5`, `macs=20M`, `weightBytes=300kB`.
///
/// A number up to 1 without a unit is a part of the original; `uniform:4` is what the network costs with four
/// bits everywhere but in pinned layers; anything else is an absolute number: of seconds with s, ms or us, of
/// joules with J, mJ or uJ, of the others with k, M or G (powers of 1000) and for bytes an optional B.
public struct Budget: Equatable, Sendable {
  /// What is limited.
  public let quantity: CostQuantity
  /// The value as written.
  public let text: String
  private let amount: Amount

  private enum Amount: Equatable, Sendable {
    /// Of the original.
    case part(Double)
    /// In the counts of the quantity.
    case counts(Double)
    /// The cost of as many bits everywhere.
    case uniform(bits: Int)
  }

  /// Reads `KEY=VALUE`.
  ///
  /// - Throws: `EspalierError.budget` with what was expected.
  public init(_ assignment: String) throws(EspalierError) {
    let sides = assignment.split(separator: "=", maxSplits: 1).map(String.init)
    guard sides.count == 2 else {
      throw .budget(text: assignment, expected: "KEY=VALUE, such as macs=0.5")
    }
    try self.init(key: sides[0], text: sides[1])
  }

  /// Reads a key and a value.
  ///
  /// - Throws: `EspalierError.budget` with what was expected.
  public init(key: String, text: String) throws(EspalierError) {
    guard let quantity = CostQuantity(rawValue: key) else {
      let known = CostQuantity.allCases.map(\.rawValue).joined(separator: ", ")
      throw .budget(text: "\(key)=\(text)", expected: "one of \(known) as the quantity")
    }
    self.quantity = quantity
    self.text = text
    guard let amount = Self.amount(of: quantity, text) else {
      throw .budget(
        text: "\(key)=\(text)",
        expected: "a part of the original such as 0.5, \(Self.example(quantity))")
    }
    self.amount = amount
  }

  private static func example(_ quantity: CostQuantity) -> String {
    switch quantity {
    case .latency: "a time such as 3ms, or uniform:4"
    case .energy: "an energy such as 2mJ, or uniform:4"
    case .bitOps: "a positive number such as 20M, or uniform:4"
    default: "or a positive number such as 20M"
    }
  }

  private static func amount(of quantity: CostQuantity, _ text: String) -> Amount? {
    if text.hasPrefix("uniform:") {
      return Int(text.dropFirst(8)).flatMap { (1...8).contains($0) ? .uniform(bits: $0) : nil }
    }
    let units: [(String, Double)] =
      switch quantity {
      case .latency: [("ms", 1e-3), ("us", 1e-6), ("s", 1)]
      case .energy: [("mJ", 1e-3), ("uJ", 1e-6), ("J", 1)]
      case .weightBytes, .peakActivationBytes:
        [("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)] + thousands
      default: thousands
      }
    let unit = units.first { text.hasSuffix($0.0) }
    let digits = text.dropLast(unit?.0.count ?? 0)
    guard let value = Double(decimal: String(digits)), value.isFinite, value > 0 else { return nil }
    if let unit { return .counts(value * unit.1 * quantity.countsPerUnit) }
    if value <= 1 { return .part(value) }
    return CostQuantity.physical.contains(quantity) ? nil : .counts(value)
  }

  private static let thousands: [(String, Double)] = [
    ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9),
  ]

  /// Several limits, no quantity twice.
  ///
  /// - Throws: `EspalierError.budget` with what was expected.
  public static func list(_ assignments: [String]) throws(EspalierError) -> [Budget] {
    var budgets: [Budget] = []
    for assignment in assignments {
      let budget = try Budget(assignment)
      guard !budgets.contains(where: { $0.quantity == budget.quantity }) else {
        throw .budget(text: assignment, expected: "each quantity once")
      }
      budgets.append(budget)
    }
    return budgets
  }

  /// The limit in whole numbers.
  ///
  /// - Parameters:
  ///   - original: the cost that parts are of.
  ///   - uniform: the cost of as many bits everywhere; nil where no bits are decided.
  /// - Throws: `EspalierError.budget` for `uniform:` where no bits are decided.
  public func limit(
    original: NetworkCost, uniform: ((Int) -> NetworkCost)? = nil
  ) throws(EspalierError) -> CostLimit {
    let most: Int
    switch amount {
    case .part(let part): most = CostLimit.most(part, of: original[quantity])
    case .counts(let counts): most = Int(min(counts, 1e18).rounded(.down))
    case .uniform(let bits):
      guard let uniform else {
        throw .budget(
          text: "\(quantity.rawValue)=\(text)",
          expected: "no bits, since the environment decides none")
      }
      most = uniform(bits)[quantity]
    }
    return CostLimit(quantity, most: most)
  }
}

extension Double {
  /// Reads a decimal number; Swift's own reading takes hexadecimal ones besides.
  init?(decimal text: String) {
    guard !text.contains(where: { "xX".contains($0) }) else { return nil }
    self.init(text)
  }
}
