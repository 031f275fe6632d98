import Foundation
import Tensors
import Testing

@testable import Reinforcement

@Suite struct LineTests {
  private func object(_ text: String) throws -> Info { try LineParser.object(Array(text.utf8)) }

  @Test func everyValueOfJSONIsRead() throws {
    let found = try object(
      #" { "a" : [1, -2.5e3, true, false, null, []], "b\"\n\u00e9\ud83d\ude00": {"c": "Übung/\/"} } "#
    )
    #expect(
      found
        == [
          "a": .list([1, -2500, true, false, .null, .list([])]),
          "b\"\né😀": .table(["c": "Übung//"]),
        ])
  }

  @Test(arguments: [
    "", "1", "[1]", "{", "{}}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":tru}",
    "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"b", "{\"a\":1e}", "{\"a\":--1}",
    "{\"a\":0x10}",
  ])
  func whatIsNoObjectIsRefused(text: String) {
    #expect(throws: LineParser.Fault.self) { try object(text) }
  }

  @Test func listsInListsEndSomewhere() {
    let deep = "{\"a\":" + String(repeating: "[", count: 100_000)
    #expect(throws: LineParser.Fault.self) { try object(deep) }
  }

  @Test func numbersComeBackBitForBit() throws {
    var generator = SeededGenerator(seed: 3)
    var numbers: [Double] = [
      0.1, -1e-308, .leastNonzeroMagnitude, 1.7976931348623157e308, 0x1p53, 0x1p53 - 1, -3, 1e15,
    ]
    for _ in 0..<1000 { numbers.append(generator.uniform(in: -1...1)) }
    var line = LineWriter()
    line.append("numbers", numbers)
    let found = try LineParser.object(Array(line.line.dropLast()))
    #expect(found["numbers"]?.list?.compactMap(\.number) == numbers)
    // Foundation reads the same.
    let other = try JSONDecoder().decode([String: [Double]].self, from: Data(line.line))
    #expect(other["numbers"] == numbers)
  }

  @Test func textsAreWrittenAsJSON() throws {
    var line = LineWriter()
    line.append("text\u{1}", .text("\"\\\n\t\u{7f}é😀"))
    line.append("table", .table(["b": 1.5, "a": .list([true, .null, .number(.nan)])]))
    #expect(try LineParser.object(Array(line.line.dropLast()))["text\u{1}"] == "\"\\\n\t\u{7f}é😀")
    let other = try JSONSerialization.jsonObject(with: Data(line.line)) as? [String: Any]
    #expect(other?["text\u{1}"] as? String == "\"\\\n\t\u{7f}é😀")
  }
}
