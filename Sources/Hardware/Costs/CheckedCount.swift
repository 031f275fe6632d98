/// Whole numbers that grow out of a layer's extents and a device's constants without ever trapping.
enum CheckedCount {
  /// The most that a model counts of anything; sums of a few stay within `Int`.
  static let most = 1 << 54

  /// The parts of so many that `whole` needs, the last one partly filled: ⌈whole / part⌉.
  static func parts(_ whole: Int, of part: Int) -> Int { (whole - 1) / part + 1 }

  /// A product of counts.
  ///
  /// - Parameter name: what is counted, for the message.
  /// - Throws: `HardwareError.workload` when it exceeds `most`.
  static func product(_ name: String, _ factors: Int...) throws(HardwareError) -> Int {
    try product(name, of: factors, atMost: most)
  }

  /// A product of counts.
  ///
  /// - Throws: `HardwareError.workload` when it exceeds `most`.
  static func product(
    _ name: String, of factors: [Int], atMost most: Int
  ) throws(HardwareError) -> Int {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow, next <= most else {
        throw .workload(
          field: name, expected: "at most \(most)",
          found: factors.map(String.init).joined(separator: " × "))
      }
      product = next
    }
    return product
  }

  /// A number rounded up to a count.
  ///
  /// - Throws: `HardwareError.workload` when it exceeds `most`.
  static func roundedUp(_ name: String, _ value: Double) throws(HardwareError) -> Int {
    let rounded = value.rounded(.up)
    guard rounded >= 0, rounded <= Double(most) else {
      throw .workload(field: name, expected: "at most \(most)", found: "\(value)")
    }
    return Int(rounded)
  }
}
