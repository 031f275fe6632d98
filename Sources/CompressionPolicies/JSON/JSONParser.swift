/// Reads RFC 8259 from bytes that are already known to be UTF-8.
struct JSONParser {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The next byte, nil at the end of the text.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// The whole text as one value.
  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw syntaxError(expected: "the end of the text") }
    return value
  }

  /// The place of a byte, by default of the next one.
  func position(_ offset: Int? = nil) -> JSONTextPosition {
    JSONTextPosition(offset: offset ?? self.offset, in: bytes)
  }

  /// The error that something else stands here.
  func syntaxError(expected: String) -> JSONError {
    let rest = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
    let found = rest.unicodeScalars.first.map { $0 == "'" ? "\"'\"" : "'\($0.visible)'" }
    return .syntax(expected: expected, found: found ?? "the end of the text", at: position())
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard let byte = next else { throw syntaxError(expected: "a value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw syntaxError(expected: "a value")
    }
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let word = "\(word)"
    guard bytes[offset...].starts(with: word.utf8) else { throw syntaxError(expected: word) }
    offset += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    try open(depth)
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw syntaxError(expected: "',' or ']'") }
      skipSpace()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    try open(depth)
    var fields: [String: JSONValue] = [:]
    if take("}") { return .object(fields) }
    while true {
      let start = offset
      guard next == UInt8(ascii: "\"") else { throw syntaxError(expected: "a field name") }
      let key = try string()
      guard fields[key] == nil else { throw .duplicateKey(key, at: position(start)) }
      skipSpace()
      guard take(":") else { throw syntaxError(expected: "':'") }
      skipSpace()
      fields[key] = try value(depth: depth)
      skipSpace()
      if take("}") { return .object(fields) }
      guard take(",") else { throw syntaxError(expected: "',' or '}'") }
      skipSpace()
    }
  }

  private mutating func open(_ depth: Int) throws(JSONError) {
    guard depth <= CanonicalJSON.depthLimit else {
      throw .nestedTooDeep(limit: CanonicalJSON.depthLimit, at: position())
    }
    offset += 1
    skipSpace()
  }

  /// Steps over a character if it is the next one.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }
}

extension Unicode.Scalar {
  /// Itself, or its code where it cannot be seen.
  fileprivate var visible: String {
    properties.isWhitespace || value < 0x20
      ? "U+" + String(value, radix: 16, uppercase: true) : String(self)
  }
}
