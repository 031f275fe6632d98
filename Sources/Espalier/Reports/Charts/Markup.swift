import Foundation

/// Text and numbers as drawings and pages write them: the same bytes on every machine.
enum Markup {
  /// Text as it may stand in an element or in an attribute between double quotes.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      // XML has no place for control characters and for the last two of the basic plane.
      case _ where scalar.value < 32 || (0x7F...0x9F).contains(scalar.value): escaped += " "
      case "\u{FFFE}", "\u{FFFF}": escaped += " "
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Two decimals at most, whatever the locale.
  static func fixed(_ value: Double) -> String {
    guard value.magnitude < 1e15 else { return "\(value)" }
    return decimal(value, 2)
  }

  /// So many decimals at most, without zeros at the end.
  static func decimal(_ value: Double, _ places: Int) -> String {
    let scale = pow(10, Double(places))
    guard value.magnitude * scale < 9e15 else { return "\(value)" }
    let scaled = Int((value * scale).rounded())
    let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
    let sign = scaled < 0 ? "-" : ""
    guard part > 0 else { return "\(sign)\(whole)" }
    var digits = String(part)
    digits = String(repeating: "0", count: max(0, places - digits.count)) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(whole).\(digits)"
  }

  /// A number without a unit, such as a reward: four decimals at most.
  static func number(_ value: Double) -> String { value.isFinite ? decimal(value, 4) : "none" }

  /// The prefixes of units by their power of ten.
  static let prefixes = [
    -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T",
    15: "P", 18: "E",
  ]

  /// The power of ten, a multiple of 3, of the prefix that suits a number.
  static func prefixExponent(_ value: Double) -> Int {
    guard value != 0, value.isFinite else { return 0 }
    return min(18, max(-15, Int((log10(value.magnitude) / 3).rounded(.down)) * 3))
  }

  /// Four digits or so, a prefix and the unit.
  static func amount(_ value: Double, unit: String) -> String {
    guard value.isFinite else { return "–" }
    let exponent = prefixExponent(value)
    let scaled = value / pow(10, Double(exponent))
    let places = scaled.magnitude >= 100 ? 1 : scaled.magnitude >= 10 ? 2 : 3
    let prefixed = Self.unit(unit, exponent: exponent)
    return decimal(scaled, places) + (prefixed.isEmpty ? "" : " \(prefixed)")
  }

  /// A unit with its prefix; one of several letters stands apart from it, as in `M MACs`.
  static func unit(_ unit: String, exponent: Int) -> String {
    let prefix = prefixes[exponent] ?? ""
    return prefix + (unit.count > 2 && !prefix.isEmpty ? " " : "") + unit
  }
}
