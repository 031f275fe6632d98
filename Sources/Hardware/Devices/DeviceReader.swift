/// Hands a device's constants to its model, each checked against the range that the model can work with,
/// and knows which ones nobody asked for.
public struct DeviceReader {
  /// The device.
  public let device: Device
  private var read: Set<String> = []

  /// A reader of a device.
  public init(_ device: Device) { self.device = device }

  /// The largest whole number that a constant may be: keeps the products that models form within `Int`.
  public static let largestCount = 1 << 32

  /// A constant that is counted: at least `least`.
  ///
  /// - Throws: `HardwareError.constant` when it is missing, no whole number, or out of range.
  public mutating func count(_ name: String, least: Int = 1) throws(HardwareError) -> Int {
    let expected = "a whole number of at least \(least)"
    guard case .number(let value) = try constant(name, expected: expected).value,
      value.isFinite, value == value.rounded(), value >= Double(least)
    else { throw failure(name, expected: expected) }
    guard let count = Int(exactly: value), count <= Self.largestCount else {
      throw failure(name, expected: "a whole number of at most \(Self.largestCount)")
    }
    return count
  }

  /// A constant that is measured: above zero, or at least zero.
  ///
  /// - Throws: `HardwareError.constant` when it is missing, no number, or out of range.
  public mutating func number(
    _ name: String, orZero: Bool = false
  ) throws(HardwareError) -> Double {
    let expected = orZero ? "a number of at least 0" : "a number above 0"
    guard case .number(let value) = try constant(name, expected: expected).value, value.isFinite,
      orZero ? value >= 0 : value > 0
    else { throw failure(name, expected: expected) }
    return value
  }

  /// A constant that is one of several words.
  ///
  /// - Throws: `HardwareError.constant` when it is missing or another word.
  public mutating func word<Word: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Word.Type = Word.self
  ) throws(HardwareError) -> Word where Word.RawValue == String {
    let expected = "one of " + Word.allCases.map(\.rawValue).joined(separator: ", ")
    guard case .text(let text) = try constant(name, expected: expected).value,
      let word = Word(rawValue: text)
    else { throw failure(name, expected: expected) }
    return word
  }

  /// A constant that is a list of bit widths from 1 to 32.
  ///
  /// - Throws: `HardwareError.constant` when it is missing, empty, or holds another number.
  public mutating func bits(_ name: String) throws(HardwareError) -> [Int] {
    let expected = "a list of bits between 1 and 32"
    guard case .list(let bits) = try constant(name, expected: expected).value, !bits.isEmpty,
      bits.allSatisfy({ (1...32).contains($0) })
    else { throw failure(name, expected: expected) }
    return Set(bits).sorted()
  }

  /// Whether the device has a constant, for those that a model can do without.
  public func has(_ name: String) -> Bool { device.constants[name] != nil }

  /// Makes sure that the device has no constant that its model did not ask for: a slip in a name would go
  /// unnoticed otherwise.
  ///
  /// - Throws: `HardwareError.constant` with the name.
  public func finish() throws(HardwareError) {
    guard let unknown = device.constants.keys.sorted().first(where: { !read.contains($0) }) else {
      return
    }
    throw .constant(
      device: device.name, name: unknown,
      expected: "one of \(read.sorted().joined(separator: ", "))",
      found: "a name that model '\(device.model)' does not know")
  }

  private mutating func constant(
    _ name: String, expected: String
  ) throws(HardwareError) -> Device.Constant {
    read.insert(name)
    guard let constant = device.constants[name] else {
      throw .constant(device: device.name, name: name, expected: expected, found: "nothing")
    }
    return constant
  }

  private func failure(_ name: String, expected: String) -> HardwareError {
    let found =
      switch device.constants[name]?.value {
      case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
      case .text(let text): "'\(text)'"
      case .list(let list): "\(list)"
      case nil: "nothing"
      }
    return .constant(device: device.name, name: name, expected: expected, found: found)
  }
}
