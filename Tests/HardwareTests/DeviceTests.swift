import Foundation
import Hardware
import Testing

@Suite struct DeviceTests {
  static let json = """
    { "name": "toy", "summary": "a toy", "model": "none",
      "constants": {
        "rows": { "value": 16, "unit": "1", "source": "made up" },
        "bits": { "value": [8, 4], "unit": "bit", "source": "made up" } } }
    """

  @Test func aFileIsRead() throws {
    let device = try Device(json: Data(Self.json.utf8), file: "toy.json")
    #expect(device.constants["rows"]?.value == .number(16))
    var reader = DeviceReader(device)
    #expect(try reader.count("rows") == 16)
    #expect(try reader.bits("bits") == [4, 8])
    try reader.finish()
  }

  @Test func aMissingFieldIsNamed() throws {
    let text = Self.json.replacingOccurrences(of: "\"unit\": \"1\", ", with: "")
    #expect(
      throws: HardwareError.file(
        name: "toy.json", place: "field 'constants.rows.unit'", expected: "a value",
        found: "nothing")
    ) { try Device(json: Data(text.utf8), file: "toy.json") }
  }

  @Test(arguments: [
    (
      "16", "true", "field 'constants.rows.value'", "a number, a text or a list of whole numbers",
      "true"
    ),
    (
      "16", "null", "field 'constants.rows.value'", "a number, a text or a list of whole numbers",
      "null"
    ),
    ("\"a toy\"", "[]", "field 'summary'", "a text", "a list"),
    ("16", "NaN", "the file", "JSON", "text that is none"),
  ])
  func aFieldOfAnotherKindIsNamed(
    old: String, new: String, place: String, expected: String, found: String
  ) {
    let text = Self.json.replacingOccurrences(of: old, with: new)
    #expect(
      throws: HardwareError.file(name: "toy.json", place: place, expected: expected, found: found)
    ) { try Device(json: Data(text.utf8), file: "toy.json") }
  }

  @Test func filesThatAreNoObjectAreNamed() {
    for (text, expected, found) in [("", "JSON", "nothing"), ("[]", "an object", "a list")] {
      #expect(
        throws: HardwareError.file(
          name: "toy.json", place: "the file", expected: expected, found: found)
      ) { try Device(json: Data(text.utf8), file: "toy.json") }
    }
  }

  @Test func aCountBeyondCountingIsNamed() throws {
    for text in ["1e300", "4294967297"] {
      let device = try Device(json: Data(Self.json.utf8), file: "t").setting(["rows=\(text)"])
      var reader = DeviceReader(device)
      #expect {
        try reader.count("rows")
      } throws: { error in
        "\(error)".contains("expected a whole number of at most 4294967296, found ")
      }
    }
  }

  @Test func constantsAreCheckedAndOverridden() throws {
    let device = try Device(json: Data(Self.json.utf8), file: "toy.json").setting(["rows=-3"])
    var reader = DeviceReader(device)
    #expect(
      throws: HardwareError.constant(
        device: "toy", name: "rows", expected: "a whole number of at least 1", found: "-3")
    ) { try reader.count("rows") }
    #expect(throws: HardwareError.self) { try device.setting(["row=3"]) }
    #expect(throws: HardwareError.self) { try device.setting(["rows=many"]) }
  }

  @Test func aConstantThatNobodyAskedForIsRefused() throws {
    var reader = DeviceReader(try Device(json: Data(Self.json.utf8), file: "toy.json"))
    _ = try reader.count("rows")
    #expect(
      throws: HardwareError.constant(
        device: "toy", name: "bits", expected: "one of rows",
        found: "a name that model 'none' does not know")
    ) { try reader.finish() }
  }
}
