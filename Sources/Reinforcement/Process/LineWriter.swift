/// Writes one line of the protocol: a JSON object.
public struct LineWriter: Sendable {
  /// The line so far, without its end.
  private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  /// An object without fields.
  public init() {}

  /// A request, with no fields but its name.
  public init(request: String) {
    self.init()
    append("request", .text(request))
  }

  /// The whole line.
  var line: [UInt8] { bytes + [UInt8(ascii: "}"), UInt8(ascii: "\n")] }

  /// Adds a field.
  public mutating func append(_ name: String, _ value: InfoValue) {
    key(name)
    write(value)
  }

  /// Adds a field of numbers; one that is not finite is written as null.
  public mutating func append(_ name: String, _ numbers: [Double]) {
    key(name)
    write(numbers)
  }

  /// Adds a field with the bounds of a space, null where there is none.
  mutating func append(_ name: String, _ space: BoxSpace) {
    key(name)
    bytes += "{\"low\":".utf8
    write(space.low)
    bytes += ",\"high\":".utf8
    write(space.high)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Adds what an episode came to.
  mutating func append(_ name: String, _ settled: SettledEpisode) {
    key(name)
    bytes.append(UInt8(ascii: "["))
    for (position, step) in settled.steps.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += "{\"observation\":".utf8
      write(step.observation)
      bytes += ",\"action\":".utf8
      write(step.action)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func key(_ name: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    write(name)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func write(_ numbers: [Double]) {
    bytes.append(UInt8(ascii: "["))
    for (position, number) in numbers.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      write(number)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// The shortest digits that read back as the same number.
  private mutating func write(_ number: Double) {
    guard number.isFinite else {
      bytes += "null".utf8
      return
    }
    if number == number.rounded(), abs(number) < 0x1p53 {
      bytes += "\(Int(number))".utf8
    } else {
      bytes += "\(number)".utf8
    }
  }

  private mutating func write(_ value: InfoValue) {
    switch value {
    case .null: bytes += "null".utf8
    case .truth(let truth): bytes += (truth ? "true" : "false").utf8
    case .number(let number): write(number)
    case .text(let text): write(text)
    case .list(let values):
      bytes.append(UInt8(ascii: "["))
      for (position, value) in values.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        write(value)
      }
      bytes.append(UInt8(ascii: "]"))
    case .table(let values):
      bytes.append(UInt8(ascii: "{"))
      for (position, key) in values.keys.sorted().enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        write(key)
        bytes.append(UInt8(ascii: ":"))
        write(values[key] ?? .null)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
