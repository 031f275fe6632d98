/// What can be wrong with a JSON text, or with a value for the one who reads or writes it.
public enum JSONError: Error, Equatable, CustomStringConvertible {
  /// A text that breaks the grammar of RFC 8259; lines and columns count from 1.
  case syntax(expected: String, found: String, at: JSONTextPosition)
  /// Bytes that are not UTF-8.
  case notUnicode(at: JSONTextPosition)
  /// An object that has two fields of one name.
  case duplicateKey(String, at: JSONTextPosition)
  /// A number beyond what a `Double` holds.
  case numberOutOfRange(at: JSONTextPosition)
  /// A text whose arrays and objects stand deeper in each other than the limit.
  case nestedTooDeep(limit: Int, at: JSONTextPosition)
  /// A value to be written whose arrays and objects stand deeper in each other than the limit.
  case unwritableDepth(limit: Int)
  /// A value to be written that is infinite or not a number.
  case notFinite(path: JSONPath, found: Double)
  /// A field or element that is not there.
  case missing(path: JSONPath)
  /// A value of another type.
  case wrongType(path: JSONPath, expected: String, found: String)
  /// A value that makes no sense, and why.
  case invalid(path: JSONPath, reason: String)
  /// A field that the reader does not know, and the known one that may have been meant.
  case unknownField(path: JSONPath, near: String? = nil)
  /// A text that is no path.
  case badPath(String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .syntax(let expected, let found, let position):
      "not JSON at \(position): expected \(expected), found \(found)"
    case .notUnicode(let position):
      "not JSON at \(position): the bytes are not UTF-8"
    case .duplicateKey(let key, let position):
      "not JSON at \(position): the field \"\(key)\" stands twice in one object"
    case .numberOutOfRange(let position):
      "not JSON at \(position): the number is too large"
    case .nestedTooDeep(let limit, let position):
      "not JSON at \(position): more than \(limit) arrays and objects stand in each other"
    case .unwritableDepth(let limit):
      "cannot write JSON in which more than \(limit) arrays and objects stand in each other"
    case .notFinite(let path, let found):
      "\(path): JSON has no way to write \(found)"
    case .missing(let path):
      "\(path) is missing"
    case .wrongType(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .invalid(let path, let reason):
      "\(path): \(reason)"
    case .unknownField(let path, let near):
      "\(path) is not a known field" + (near.map { "; did you mean '\($0)'?" } ?? "")
    case .badPath(let text):
      "\"\(text)\" is not a path such as a.b[2]"
    }
  }
}

/// A place in a text; lines and columns count from 1, columns in Unicode scalars.
public struct JSONTextPosition: Equatable, Sendable, CustomStringConvertible {
  /// The line.
  public let line: Int
  /// The column.
  public let column: Int

  /// The place of a line and a column.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place of a byte in a UTF-8 text.
  init(offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let newline = UInt8(ascii: "\n")
    let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    line = 1 + before.count { $0 == newline }
    column = 1 + before[start...].count { $0 & 0xC0 != 0x80 }
  }

  /// For example `line 3, column 14`.
  public var description: String { "line \(line), column \(column)" }
}
