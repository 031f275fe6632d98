/// The most that a candidate may cost in one quantity.
public struct CostLimit: Equatable, Sendable {
  /// What is limited.
  public let quantity: CostQuantity
  /// The most there may be.
  public let most: Int

  /// A limit.
  public init(_ quantity: CostQuantity, most: Int) {
    self.quantity = quantity
    self.most = most
  }

  /// A part of a whole number, rounded down; products such as 0.29 · 100 come out a little too small.
  public static func most(_ part: Double, of whole: Int) -> Int {
    Int((part * Double(whole) + 1e-6).rounded(.down))
  }
}

extension [CostLimit] {
  /// Whether a cost meets every limit.
  public func allow(_ cost: NetworkCost) -> Bool {
    allSatisfy { cost[$0.quantity] <= $0.most }
  }

  /// By how much a cost is too large: the sum over the limits of what is above each, as a part of it.
  public func excess(of cost: (CostQuantity) -> Int) -> Double {
    reduce(0) { total, limit in
      let above = Double(cost(limit.quantity) - limit.most)
      return total + Swift.max(above, 0) / Double(Swift.max(limit.most, 1))
    }
  }
}
