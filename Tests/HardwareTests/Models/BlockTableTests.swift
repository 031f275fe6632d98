import Foundation
import Hardware
import Testing

@Suite struct BlockTableTests {
  private static let json = """
    { "schemaVersion": 1, "name": "phone", "device": "toy", "unit": "ms", "blocks": [
      { "block": { "kind": "stem", "input": [224, 224, 3], "output": [112, 112, 32] }, "mean": 4 },
      { "block": { "kind": "expanded_conv", "input": [112, 112, 16], "output": [56, 56, 24],
                   "expansion": 6, "kernel": 3, "stride": 2, "isResidual": false },
        "mean": 16.5, "standardDeviation": 0.25, "count": 7 } ] }
    """
  private static let stem = Block(kind: "stem", input: [224, 224, 3], output: [112, 112, 32])
  private static let wide = Block(
    kind: "expanded_conv", input: [112, 112, 16], output: [56, 56, 24], expansion: 6, kernel: 3,
    stride: 2, isResidual: false)

  private func table(_ json: String = Self.json) throws -> BlockTable {
    try BlockTable(json: Data(json.utf8), file: "phone.json")
  }

  @Test func blocksAddUp() throws {
    let table = try table()
    #expect(table.entries[Self.wide] == .init(mean: 16.5, standardDeviation: 0.25, count: 7))
    let total = try table.latency(of: [Self.stem, Self.wide, Self.wide])
    #expect(abs(total.value - 0.037) < 1e-15)
  }

  @Test func aBlockThatIsNotThereIsNamed() throws {
    var other = Self.wide
    other.kernel = 5
    let missing = HardwareError.missingEntry(
      table: "phone",
      layer: "expanded_conv 112×112×16 → 56×56×24, expansion 6, kernel 5, stride 2",
      wanted: "its shape", covered: 2, of: 3)
    #expect(throws: missing) { try table().latency(of: [Self.stem, other, Self.wide]) }
  }

  @Test(arguments: [
    ("\"mean\": 4", "\"mean\": -4", "block 'stem 224×224×3 → 112×112×32', mean"),
    ("\"mean\": 4", "\"mean\": \"4\"", "field 'blocks.0.mean'"),
    ("[224, 224, 3]", "[224, 0, 3]", "block 'stem 224×0×3 → 112×112×32', input"),
    ("\"ms\"", "\"cycles\"", "clock"),
    ("\"schemaVersion\": 1", "\"schemaVersion\": 2", "field 'schemaVersion'"),
    ("\"name\": \"phone\", ", "", "field 'name'"),
  ])
  func whatIsWrongIsNamed(old: String, new: String, place: String) throws {
    do {
      _ = try table(Self.json.replacingOccurrences(of: old, with: new))
      Issue.record("read")
    } catch HardwareError.file(_, let found, _, _) {
      #expect(found == place)
    }
  }
}
