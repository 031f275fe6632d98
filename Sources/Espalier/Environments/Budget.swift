public import Compression
public import CompressionEnvironments
import CompressionPolicies

/// A limit on one quantity: `macs=0.5`, `macs=20M`, `weightBytes=300kB`.
///
/// A number up to 1 without a unit is a part of the original; anything else is an absolute number, with
/// k, M or G (powers of 1000) and for bytes an optional B.
public struct Budget: Equatable, Sendable {
  /// What is limited.
  public let quantity: CostQuantity
  /// The value as written.
  public let text: String
  private let value: Double
  private let isPart: Bool

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
    var number = text
    if quantity == .weightBytes || quantity == .peakActivationBytes, number.hasSuffix("B") {
      number.removeLast()
    }
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9]
    let unit = number.last.flatMap { units[$0] }
    if unit != nil { number.removeLast() }
    guard let value = Double(decimal: number), value.isFinite, value > 0 else {
      throw .budget(
        text: "\(key)=\(text)",
        expected: "a part of the original such as 0.5, or a positive number such as 20M")
    }
    isPart = unit == nil && value <= 1 && !text.hasSuffix("B")
    self.value = value * (unit ?? 1)
  }

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

  /// The limit, given the original's cost, in whole numbers.
  public func limit(original: NetworkCost) -> CostLimit {
    let most =
      isPart
      ? CostLimit.most(value, of: original[quantity]) : Int(min(value, 1e18).rounded(.down))
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
