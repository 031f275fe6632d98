/// Numbers as decimal text.
enum DecimalText {
  /// The shortest decimal that reads back as `value`, which is finite.
  ///
  /// Always with a point or an exponent, so that it reads back as a number and not as an integer.
  /// The two zeros are equal, so both are `0.0`.
  static func shortest(_ value: Double) -> String {
    guard value != 0 else { return "0.0" }
    let (digits, point) = decimal(value.magnitude)
    let sign = value < 0 ? "-" : ""
    guard (1e-6...1e15).contains(value.magnitude) else {
      let rest = digits.dropFirst()
      return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(point - 1)"
    }
    if point <= 0 { return sign + "0." + zeros(-point) + digits }
    if point >= digits.count { return sign + digits + zeros(point - digits.count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

  /// The significant digits d₁d₂… and the place p of the point: magnitude = 0.d₁d₂… · 10ᵖ.
  ///
  /// The standard library's description already has the shortest digits.
  private static func decimal(_ magnitude: Double) -> (digits: String, point: Int) {
    let parts = "\(magnitude)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let all = mantissa.joined()
    let significant = all.drop { $0 == "0" }
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let point = mantissa[0].count + exponent - (all.count - significant.count)
    var digits = String(significant)
    while digits.last == "0" { digits.removeLast() }
    return (digits, point)
  }
}
