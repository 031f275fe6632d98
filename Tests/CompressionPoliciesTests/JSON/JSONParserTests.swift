import CompressionPolicies
import Testing

@Suite struct JSONParserTests {
  @Test("Every kind of value is read")
  func kinds() throws {
    let value = try CanonicalJSON.parse(
      #" {"a": [1, -2.5, 1e3, true, false, null], "b": {"c": "x"}, "": {}, "d": []} "#)
    #expect(
      value == [
        "a": [1, -2.5, 1000.0, true, false, nil], "b": ["c": "x"], "": [:], "d": [],
      ])
  }

  @Test("Escapes are read, surrogate pairs as one scalar")
  func escapes() throws {
    let value = try CanonicalJSON.parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000""#)
    #expect(value == .string("\"\\/\u{8}\u{C}\n\r\té😀\u{0}"))
  }

  @Test(
    "Numbers keep their type",
    arguments: [
      ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
      ("1.0", .number(1)), ("0.1", .number(0.1)), ("1E-7", .number(1e-7)), ("2e+2", .number(200)),
      ("5e-324", .number(.leastNonzeroMagnitude)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    ])
  func numbers(text: String, value: JSONValue) throws {
    #expect(try CanonicalJSON.parse(text) == value)
  }

  @Test(
    "What RFC 8259 does not allow is refused, with its place",
    arguments: [
      ("", 1, 1), ("  ", 1, 3), ("{", 1, 2), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\":1,}", 1, 8),
      ("{a:1}", 1, 2), ("{\"a\" 1}", 1, 6), ("01", 1, 2), ("+1", 1, 1), (".5", 1, 1),
      ("1.", 1, 3), ("1e", 1, 3), ("-", 1, 2), ("0x1", 1, 2), ("NaN", 1, 1), ("Infinity", 1, 1),
      ("nul", 1, 1), ("truex", 1, 5), ("'a'", 1, 1), ("\"a", 1, 3), ("\"\t\"", 1, 2),
      ("\"\\x\"", 1, 3), ("\"\\u12g4\"", 1, 6), ("\"\\ud800\"", 1, 2), ("\"\\udc00\"", 1, 2),
      ("\"\\ud800\\u0041\"", 1, 2), ("// c\n1", 1, 1), ("[\n  1,\n  é\n]", 3, 3),
      ("[\"é\", x]", 1, 7), ("1 1", 1, 3), ("\u{FEFF}1", 1, 1), ("[\r\n1,\r\n]", 3, 1),
    ])
  func refused(text: String, line: Int, column: Int) throws {
    let error = try #require(throws: JSONError.self) { try CanonicalJSON.parse(text) }
    guard case .syntax(_, _, let place) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(place == JSONTextPosition(line: line, column: column), "\(error)")
  }

  @Test("A field that stands twice is refused")
  func duplicateKey() {
    #expect(throws: JSONError.duplicateKey("a", at: JSONTextPosition(line: 1, column: 8))) {
      try CanonicalJSON.parse(#"{"a":1,"\u0061":2}"#)
    }
  }

  @Test("A number that no Double holds is refused")
  func outOfRange() {
    for text in ["1e400", "-1e400", "1" + String(repeating: "0", count: 400)] {
      #expect(throws: JSONError.numberOutOfRange(at: JSONTextPosition(line: 1, column: 2))) {
        try CanonicalJSON.parse("[\(text)]")
      }
    }
  }

  @Test("Nesting is read up to the limit and refused beyond it, however deep")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    let deepest = try CanonicalJSON.parse(nested(CanonicalJSON.depthLimit))
    #expect(try CanonicalJSON.line(deepest) == nested(CanonicalJSON.depthLimit))
    for depth in [CanonicalJSON.depthLimit + 1, 1_000_000] {
      let error = #expect(throws: JSONError.self) { try CanonicalJSON.parse(nested(depth)) }
      #expect(error == .nestedTooDeep(limit: 128, at: JSONTextPosition(line: 1, column: 129)))
    }
    #expect(throws: JSONError.unwritableDepth(limit: 128)) {
      try CanonicalJSON.line([deepest])
    }
  }

  @Test("Bytes that are not UTF-8 are refused at the first of them")
  func notUnicode() {
    let texts: [[UInt8]] = [[0x22, 0xFF, 0x22], [0x22, 0xC3], [0x22, 0xED, 0xA0, 0x80, 0x22]]
    for bytes in texts {
      #expect(throws: JSONError.notUnicode(at: JSONTextPosition(line: 1, column: 2))) {
        try CanonicalJSON.parse(bytes: bytes)
      }
    }
  }

  @Test("Every text of up to three awkward characters is read or refused")
  func allShortTexts() {
    let characters = Array(#"{}[]",:0-1.eEtnu\ "#) + ["\n", "é", "\u{0}"]
    var read = 0
    for first in characters {
      for second in characters {
        for third in characters {
          let text = String([first, second, third])
          if let value = try? CanonicalJSON.parse(text) {
            read += 1
            #expect(throws: Never.self) { try CanonicalJSON.file(value) }
          }
        }
      }
    }
    #expect(read > 50)
  }
}
