/// JSON with exactly one written form per value, so that equal values are equal bytes.
///
/// Fields are sorted by the Unicode scalars of their names. Integers have no point, other numbers
/// have the shortest decimal that reads back as the same number, without exponent from 1e-6 to
/// 1e15. Only what JSON requires is escaped. Reading is strict RFC 8259: no comments, no trailing
/// commas, no field twice, no byte order mark.
public enum CanonicalJSON {
  /// How deep arrays and objects may stand in each other, in what is read and what is written.
  public static let depthLimit = 128

  /// The value that a text holds.
  /// - Throws: `JSONError` with the line and column of the first fault.
  public static func parse(_ text: String) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: Array(text.utf8))
    return try parser.document()
  }

  /// The value that the bytes of a UTF-8 text hold.
  /// - Throws: `JSONError` with the line and column of the first fault.
  public static func parse(bytes: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
    let bytes = Array(bytes)
    // Decoding replaces what is not UTF-8, so that the first difference is the first fault.
    let repaired = String(decoding: bytes, as: UTF8.self).utf8
    if let fault = zip(bytes, repaired).enumerated().first(where: { $1.0 != $1.1 }) {
      throw .notUnicode(at: JSONTextPosition(offset: fault.offset, in: bytes))
    }
    var parser = JSONParser(bytes: bytes)
    return try parser.document()
  }

  /// The text of a file: indented by two spaces, arrays of numbers on one line, a newline at the
  /// end.
  /// - Throws: `JSONError.notFinite` and `JSONError.unwritableDepth`.
  public static func file(_ value: JSONValue) throws(JSONError) -> String {
    var writer = JSONWriter(indented: true)
    try writer.write(value, at: JSONPath())
    return writer.text + "\n"
  }

  /// One line without spaces and without a newline at the end, for journals and pipes.
  /// - Throws: `JSONError.notFinite` and `JSONError.unwritableDepth`.
  public static func line(_ value: JSONValue) throws(JSONError) -> String {
    var writer = JSONWriter(indented: false)
    try writer.write(value, at: JSONPath())
    return writer.text
  }
}
