/// A value in the dictionary of a NumPy header.
enum PythonLiteral: Equatable {
  case string(String)
  case truth(Bool)
  case tuple([Int])
  /// A list, which only record types use: its content does not matter.
  case list
}

/// What is wrong with a NumPy header, seen as Python text.
struct PythonLiteralError: Error, CustomStringConvertible {
  let description: String
}

/// Reads the subset of Python literals that NumPy headers are written in.
struct PythonLiteralParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// One dictionary from strings to literals, with nothing but white space after it.
  mutating func dictionary() throws(PythonLiteralError) -> [String: PythonLiteral] {
    var entries: [String: PythonLiteral] = [:]
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      guard entries.updateValue(try value(), forKey: key) == nil else {
        throw PythonLiteralError(description: "the key \(key) stands there twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the header") }
    return entries
  }

  private mutating func value() throws(PythonLiteralError) -> PythonLiteral {
    skipSpace()
    switch peek {
    case "'", "\"": return .string(try string())
    case "(": return .tuple(try tuple())
    case "[": return try list()
    default:
      if takeWord("True") { return .truth(true) }
      if takeWord("False") { return .truth(false) }
      throw unexpected("a string, a tuple, True or False")
    }
  }

  private mutating func string() throws(PythonLiteralError) -> String {
    skipSpace()
    guard let quote = peek, quote == "'" || quote == "\"" else { throw unexpected("a string") }
    position += 1
    let start = position
    while let next = peek, next != quote {
      guard next != "\\" else { throw unexpected("a string without escapes") }
      position += 1
    }
    guard position < bytes.count else { throw unexpected("the end of a string") }
    position += 1
    return String(decoding: bytes[start..<position - 1], as: UTF8.self)
  }

  private mutating func tuple() throws(PythonLiteralError) -> [Int] {
    try expect("(")
    var elements: [Int] = []
    while !take(")") {
      elements.append(try integer())
      if take(",") { continue }
      // `(3)` is a number to Python, not a tuple.
      guard elements.count > 1 else { throw unexpected("a comma") }
      try expect(")")
      break
    }
    return elements
  }

  private mutating func integer() throws(PythonLiteralError) -> Int {
    skipSpace()
    let start = position
    if peek == "-" { position += 1 }
    while let digit = peek, ("0"..."9").contains(digit) { position += 1 }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard position > start, digits != "-" else { throw unexpected("an integer") }
    guard let number = Int(digits) else {
      throw PythonLiteralError(description: "the number \(digits) does not fit 64 bits")
    }
    // Python 2 wrote long integers with an L.
    if peek == "L" { position += 1 }
    return number
  }

  private mutating func list() throws(PythonLiteralError) -> PythonLiteral {
    var depth = 0
    while let next = peek {
      position += 1
      if next == "[" { depth += 1 }
      if next == "]" { depth -= 1 }
      if depth == 0 { return .list }
    }
    throw unexpected("the end of a list")
  }

  private var peek: Unicode.Scalar? {
    position < bytes.count ? Unicode.Scalar(bytes[position]) : nil
  }

  private mutating func skipSpace() {
    while let next = peek, next == " " || next == "\n" || next == "\t" || next == "\r" {
      position += 1
    }
  }

  private mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == symbol else { return false }
    position += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws(PythonLiteralError) {
    guard take(symbol) else { throw unexpected("\(symbol)") }
  }

  private func unexpected(_ expected: String) -> PythonLiteralError {
    let found = peek.map { "\($0)" } ?? "the end"
    return PythonLiteralError(
      description: "\(expected) expected at byte \(position), found \(found)")
  }
}
