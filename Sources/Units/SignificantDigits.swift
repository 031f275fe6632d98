/// Text with three significant digits and an SI prefix.
enum SignificantDigits {
  private static let prefixes: [(scale: Double, symbol: String)] = [
    (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""),
    (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"),
  ]

  /// A count: exact below a thousand, three digits and a prefix above.
  static func text(_ count: Int, unit: String) -> String {
    count.magnitude < 1000
      ? joined("\(count)", unit) : text(Double(count), unit: unit)
  }

  /// A measured value.
  static func text(_ value: Double, unit: String) -> String {
    let magnitude = value.magnitude
    guard magnitude < 1e21, magnitude > 0 else {
      return joined(value == 0 ? "0" : "\(value)", unit)
    }
    // 999.5 rounds to the next prefix's 1.00, hence the margin.
    let prefix = prefixes.first { magnitude >= $0.scale * 0.9995 } ?? (1e-12, "p")
    let scaled = magnitude / prefix.scale
    let decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0
    let number = (value < 0 ? "-" : "") + fixed(scaled, decimals: decimals)
    return joined(number, prefix.symbol + unit)
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    let power = [1, 10, 100][decimals]
    let units = Int((value * Double(power)).rounded())
    guard decimals > 0 else { return "\(units)" }
    let fraction = "\(units % power)"
    let padding = String(repeating: "0", count: decimals - fraction.count)
    return "\(units / power).\(padding)\(fraction)"
  }

  private static func joined(_ number: String, _ unit: String) -> String {
    unit.isEmpty ? number : number + " " + unit
  }
}
