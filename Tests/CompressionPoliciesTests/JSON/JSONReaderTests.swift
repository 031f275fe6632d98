import CompressionPolicies
import Testing
import Units

@Suite struct JSONReaderTests {
  let document: JSONValue = [
    "name": "amc", "seed": 7, "ratio": 0.5, "whole": 64.0, "fast": true, "none": nil,
    "layers": [["bits": [4, 6]], ["bits": [8, "x"]]],
  ]

  @Test("Typed getters give the values")
  func getters() throws {
    #expect(try document.string(at: "name") == "amc")
    #expect(try document.int(at: "seed") == 7)
    #expect(try document.int(at: "whole") == 64)
    #expect(try document.double(at: "ratio") == 0.5)
    #expect(try document.double(at: "seed") == 7)
    #expect(try document.bool(at: "fast"))
    #expect(try document.elements(at: "layers")[0].ints(at: "bits") == [4, 6])
    #expect(try document.elements(at: "layers")[0].doubles(at: "bits") == [4, 6])
    #expect(try JSONReader(document).readIfPresent("seed", as: OperationCount.self)?.macs == 7)
    #expect(try JSONReader(document).readIfPresent("absent", as: Int.self) == nil)
    #expect(JSONReader(document)["absent"] == nil)
  }

  @Test("Errors carry the path, what was expected and what was found")
  func errors() throws {
    func sentence(_ read: () throws -> some Any) -> String? {
      do { _ = try read() } catch { return "\(error)" }
      return nil
    }
    let layers = try document.elements(at: "layers")
    #expect(sentence { try document.int(at: "absent") } == "absent is missing")
    #expect(
      sentence { try document.int(at: "ratio") } == "ratio: expected an integer, found a number")
    #expect(
      sentence { try document.bool(at: "none") } == "none: expected a truth value, found null")
    #expect(
      sentence { try layers[1].ints(at: "bits") }
        == "layers[1].bits[1]: expected an integer, found a string")
    #expect(
      sentence { try JSONValue.array([]).int(at: "a") }
        == "top level: expected an object, found an array")
    #expect(
      sentence { try layers[0].refuseFields(otherThan: ["bit"]) }
        == "layers[0].bits is not a known field; did you mean 'bit'?")
  }

  @Test("Subscripts give nil for what is not there")
  func subscripts() {
    #expect(document["layers"]?[0]?["bits"]?[1] == 6)
    #expect(document["layers"]?[2] == nil)
    #expect(document["layers"]?[-1] == nil)
    #expect(document["name"]?["x"] == nil)
    #expect(document[0] == nil)
  }

  @Test("A value is set at a path, with the objects that are missing")
  func set() throws {
    var value = document
    try value.set(5, at: JSONPath(parsing: "layers[1].bits[0]"))
    try value.set("ou", at: JSONPath(parsing: "search.noise.kind"))
    #expect(value["layers"]?[1]?["bits"] == [5, "x"])
    #expect(value["search"] == ["noise": ["kind": "ou"]])
    value["seed"] = nil
    value["ratio"] = 0.25
    #expect(value["seed"] == nil)
    #expect(value["ratio"] == 0.25)
  }

  @Test("A path that runs through something else is refused and changes nothing")
  func setRefused() throws {
    var value = document
    #expect(throws: JSONError.self) { try value.set(1, at: JSONPath(parsing: "seed.low")) }
    #expect(throws: JSONError.self) { try value.set(1, at: JSONPath(parsing: "layers[2]")) }
    #expect(throws: JSONError.self) { try value.set(1, at: JSONPath(parsing: "layers.a")) }
    #expect(throws: JSONError.self) { try value.set(1, at: JSONPath(parsing: "new[0]")) }
    #expect(value == document)
  }

  @Test("Paths are read from text and written as it")
  func paths() throws {
    for text in ["a", "a.b", "layers[3].keptInputIndices", "a[0][12].b"] {
      #expect(try JSONPath(parsing: text).description == text)
    }
    for text in ["", ".", "a.", ".a", "a[", "a[]", "a[-1]", "a[x]", "[0]", "a]b", "a[0]b"] {
      #expect(throws: JSONError.badPath(text)) { try JSONPath(parsing: text) }
    }
  }

  @Test("Huge numbers are no integers, and do not trap")
  func huge() {
    #expect(JSONValue.number(1e300).intValue == nil)
    #expect(JSONValue.number(-0x1p63).intValue == .min)
    #expect(JSONValue.number(0x1p63).intValue == nil)
    #expect(JSONValue.number(.nan).intValue == nil)
  }
}
