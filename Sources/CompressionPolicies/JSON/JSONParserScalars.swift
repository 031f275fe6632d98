// The parts of the grammar that hold no other values: numbers and strings.
extension JSONParser {
  /// A number; an integer that no `Int` holds is read as the nearest `Double`.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    var isInteger = true
    if take(".") {
      isInteger = false
      try digits()
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw .numberOutOfRange(at: position(start))
    }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw syntaxError(expected: "a digit") }
  }

  /// A string, from its first quotation mark to behind its last.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"):
        offset += 1
        content.append(contentsOf: try escaped().utf8)
      case 0..<0x20:
        throw syntaxError(expected: "an escape for a control character")
      default:
        offset += 1
        content.append(byte)
      }
    }
    throw syntaxError(expected: "'\"'")
  }

  private mutating func escaped() throws(JSONError) -> String {
    if take("u") { return String(try unicodeEscape()) }
    let escapes: [(code: Unicode.Scalar, text: String)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("n", "\n"), ("t", "\t"), ("r", "\r"),
      ("b", "\u{8}"), ("f", "\u{C}"),
    ]
    for escape in escapes where take(escape.code) { return escape.text }
    throw syntaxError(expected: "an escape such as \\n")
  }

  /// The scalar behind `\u`, of two escapes where the first is a high surrogate.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset - 2
    let first = try hexadecimal()
    var code = first
    if (0xD800..<0xDC00).contains(first), take("\\"), take("u") {
      let second = try hexadecimal()
      guard (0xDC00..<0xE000).contains(second) else { throw halfAPair(start) }
      code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw halfAPair(start) }
    return scalar
  }

  private func halfAPair(_ start: Int) -> JSONError {
    .syntax(
      expected: "a pair of surrogate escapes", found: "half a pair", at: position(start))
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let scalar = Unicode.Scalar(next ?? 0)
      guard scalar.properties.isASCIIHexDigit, let digit = Character(scalar).hexDigitValue else {
        throw syntaxError(expected: "four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }
}
