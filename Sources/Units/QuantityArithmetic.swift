extension Quantity {
  /// Adds in place.
  public static func += (left: inout Self, right: Self) where Value == Double {
    left = left + right
  }

  /// Adds in place, stopping at the largest `Int`.
  public static func += (left: inout Self, right: Self) where Value == Int {
    left = left + right
  }
}

extension Quantity where Value == Double {
  /// The sum.
  public static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }

  /// The difference.
  public static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }

  /// The quantity `factor` times.
  public static func * (quantity: Self, factor: Double) -> Self { Self(quantity.value * factor) }

  /// One of `parts` equal parts.
  public static func / (quantity: Self, parts: Double) -> Self { Self(quantity.value / parts) }

  /// The ratio of two quantities of one unit, which has none.
  public static func / (left: Self, right: Self) -> Double { left.value / right.value }
}

/// Counts come from shapes that a user wrote, whose product may exceed 64 bits: such a count stays
/// at the largest (or smallest) `Int`, which no budget admits, instead of stopping the program.
extension Quantity where Value == Int {
  /// The sum, stopping at the ends of `Int`.
  public static func + (left: Self, right: Self) -> Self {
    let (sum, overflow) = left.value.addingReportingOverflow(right.value)
    return Self(overflow ? (right.value < 0 ? .min : .max) : sum)
  }

  /// The difference, stopping at the ends of `Int`.
  public static func - (left: Self, right: Self) -> Self {
    let (difference, overflow) = left.value.subtractingReportingOverflow(right.value)
    return Self(overflow ? (right.value < 0 ? .max : .min) : difference)
  }

  /// The count `factor` times, stopping at the ends of `Int`.
  public static func * (quantity: Self, factor: Int) -> Self {
    let (product, overflow) = quantity.value.multipliedReportingOverflow(by: factor)
    return Self(overflow ? ((quantity.value < 0) == (factor < 0) ? .max : .min) : product)
  }

  /// The ratio of two counts of one unit, which has none.
  public static func / (left: Self, right: Self) -> Double {
    Double(left.value) / Double(right.value)
  }

  /// The largest count that does not exceed `fraction` of this one: a budget, rounded down.
  ///
  /// Stops at the ends of `Int`; a fraction that is not a number gives zero.
  public func scaled(by fraction: Double) -> Self {
    let product = (Double(value) * fraction).rounded(.down)
    guard !product.isNaN else { return .zero }
    return Self(Int(exactly: product) ?? (product < 0 ? .min : .max))
  }
}
