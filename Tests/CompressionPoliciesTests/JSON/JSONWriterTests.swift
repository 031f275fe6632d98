import CompressionPolicies
import Testing

@Suite struct JSONWriterTests {
  @Test("A file is indented, with sorted fields and lists of numbers on one line")
  func file() throws {
    let value: JSONValue = [
      "b": [1, 2.5, -3], "a": ["x", 1], "é": nil, "Z": [:], "c": [], "d": [[1, 2], [3]],
    ]
    #expect(
      try CanonicalJSON.file(value) == """
        {
          "Z": {},
          "a": [
            "x",
            1
          ],
          "b": [1, 2.5, -3],
          "c": [],
          "d": [
            [1, 2],
            [3]
          ],
          "é": null
        }

        """)
  }

  @Test("A line has no spaces")
  func line() throws {
    let value: JSONValue = ["b": [1, 2.5], "a": ["x", true], "c": ["d": nil]]
    #expect(try CanonicalJSON.line(value) == #"{"a":["x",true],"b":[1,2.5],"c":{"d":null}}"#)
  }

  @Test("Fields are sorted by Unicode scalars, not by locale or UTF-16")
  func order() throws {
    let value: JSONValue = ["\u{1F600}": 1, "\u{FF5E}": 2, "a": 3, "B": 4, "ab": 5]
    #expect(try CanonicalJSON.line(value) == "{\"B\":4,\"a\":3,\"ab\":5,\"\u{FF5E}\":2,\"😀\":1}")
  }

  @Test(
    "Numbers have their shortest form, without exponent from 1e-6 to 1e15",
    arguments: [
      (0, "0.0"), (-0.0, "0.0"), (1, "1.0"), (-2.5, "-2.5"), (0.1, "0.1"), (0.3, "0.3"),
      (1.0 / 3, "0.3333333333333333"), (100, "100.0"), (123456.789, "123456.789"),
      (1e-6, "0.000001"), (1.5e-5, "0.000015"), (9.5e-7, "9.5e-7"), (1e-7, "1e-7"),
      (1e15, "1000000000000000.0"), (123_456_789_012_345.6, "123456789012345.6"),
      (1.5e15, "1.5e15"), (1e16, "1e16"), (-1.25e300, "-1.25e300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e308"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) throws {
    #expect(try CanonicalJSON.line(.number(value)) == text)
    #expect(try CanonicalJSON.parse(text) == .number(value))
  }

  @Test("Numbers of any bit pattern read back as themselves")
  func anyBitPattern() throws {
    var bits: UInt64 = 1
    for _ in 0..<20_000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      let text = try CanonicalJSON.line(.number(value))
      #expect(try CanonicalJSON.parse(text) == .number(value))
    }
  }

  @Test("What is no number is refused, with its path")
  func notFinite() throws {
    for value in [Double.nan, .infinity, -.infinity] {
      let error = #expect(throws: JSONError.self) {
        try CanonicalJSON.line(["layers": [1, ["ratio": .number(value)]]])
      }
      #expect(error?.description == "layers[1].ratio: JSON has no way to write \(value)")
    }
  }

  @Test("Only what must be escaped is escaped")
  func escapes() throws {
    let value = JSONValue.string("\"\\/\n\r\t\u{8}\u{C}\u{1}\u{1F}\u{7F}é😀\u{2028}\r\n")
    let text = try CanonicalJSON.line(value)
    #expect(text == #""\"\\/\n\r\t\b\f\u0001\u001f"# + "\u{7F}é😀\u{2028}" + #"\r\n""#)
    #expect(try CanonicalJSON.parse(text) == value)
  }
}
