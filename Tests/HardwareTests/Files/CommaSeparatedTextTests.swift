import Foundation
import Testing

@testable import Hardware

@Suite struct CommaSeparatedTextTests {
  private func rows(_ text: String) throws -> [[String]] {
    try CommaSeparatedText(Data(text.utf8), file: "f.csv").rows.map(\.fields)
  }

  @Test(arguments: [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2", "\u{FEFF}a,b\n\n\n1,2\n\n", " a , b\n1,2",
  ])
  func linesEndInAnyWay(_ text: String) throws {
    #expect(try rows(text) == [["a", "b"], ["1", "2"]])
  }

  @Test func quotesHoldCommasQuotesAndLines() throws {
    #expect(
      try rows("\"a,b\",\"say \"\"x\"\"\" ,\"two\r\nlines\"\n, \"\",c d\n")
        == [["a,b", "say \"x\"", "two\r\nlines"], ["", "", "c d"]])
  }

  @Test func rowsKnowTheirLines() throws {
    let text = try CommaSeparatedText(Data("\n\"a\nb\"\n\nc\r\n\r\nd".utf8), file: "f.csv")
    #expect(text.rows.map(\.line) == [2, 5, 7])
  }

  @Test(arguments: ["a\n\"b", "a\n\"b\"c\n", "a\nb\"c\"\n"])
  func quotesOutOfPlaceAreNamed(_ text: String) {
    do {
      _ = try CommaSeparatedText(Data(text.utf8), file: "f.csv")
      Issue.record("\(text) was read")
    } catch {
      #expect("\(error)".hasPrefix("f.csv: line 2, field 1: expected "))
    }
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(
      throws: HardwareError.file(
        name: "f.csv", place: "the file", expected: "UTF-8", found: "other bytes")
    ) { try CommaSeparatedText(Data([0x61, 0xFF, 0xFE]), file: "f.csv") }
  }
}
