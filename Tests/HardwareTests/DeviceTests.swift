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
        name: "toy.json", place: "field 'constants.rows.unit'", expected: "it to be there",
        found: "something else")
    ) { try Device(json: Data(text.utf8), file: "toy.json") }
  }

  @Test func constantsAreCheckedAndOverridden() throws {
    let device = try Device(json: Data(Self.json.utf8), file: "toy.json").setting(["rows=-3"])
    var reader = DeviceReader(device)
    #expect(
      throws: HardwareError.constant(
        device: "toy", name: "rows", expected: "a whole number of at least 1", found: "-3.0")
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
