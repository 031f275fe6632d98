/// Arithmetic on counts that stays at the largest `Int` instead of stopping the program.
///
/// A count that stays there is larger than any memory or budget, so a model refuses it like any other that
/// is too large.
enum SaturatingCount {
  /// Counts above this are refused: below it a count is exact in a `Double`, and a thousand layers can be
  /// added up.
  static let largest = 1 << 53

  /// left · right, for counts of at least zero.
  @inline(__always)
  static func product(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
  }

  /// The product of three counts of at least zero.
  @inline(__always)
  static func product(_ a: Int, _ b: Int, _ c: Int) -> Int { product(product(a, b), c) }

  /// The product of four counts of at least zero.
  @inline(__always)
  static func product(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Int {
    product(product(a, b), product(c, d))
  }

  /// The product of five counts of at least zero.
  @inline(__always)
  static func product(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Int {
    product(product(a, b), product(c, d), e)
  }

  /// left + right, for counts of at least zero.
  @inline(__always)
  static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  /// ⌈count / divisor⌉ for a count of at least zero and a divisor of at least one.
  @inline(__always)
  static func ceiling(_ count: Int, by divisor: Int) -> Int {
    let (quotient, remainder) = count.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
  }
}
