import CompressionPolicies
import Foundation
import Testing

@testable import Espalier

@Suite struct SearchJournalTests {
  private let folder: TemporaryFolder
  private let whole =
    #"{"episode":0,"meetsBudget":true,"requested":[0.5,0.5],"reward":0.515,"validation":51.5,"widths":[3,4]}"#
  private let second =
    #"{"episode":1,"meetsBudget":false,"requested":[0.5,0.6],"reward":0.5,"validation":50,"widths":[3,5]}"#

  init() throws { folder = try TemporaryFolder() }

  @Test func aJournalThatIsNotThereIsEmpty() throws {
    let journal = SearchJournal(folder("none.jsonl"))
    #expect(try journal.lines().isEmpty && !journal.hasEpisodes)
  }

  @Test func wholeLinesAreRead() throws {
    let journal = SearchJournal(try folder.write("a.jsonl", "\(whole)\n\(second)\n"))
    let lines = try journal.lines()
    #expect(lines.map(\.episode) == [0, 1])
    #expect(lines.map(\.choices) == [[3, 4], [3, 5]])
    #expect(lines.map(\.accuracy) == [51.5, 50])
    #expect(lines.map(\.reward) == [0.515, 0.5] && lines.map(\.meetsBudget) == [true, false])
    #expect(lines.map(\.text) == [whole, second])
    #expect(journal.hasEpisodes)
  }

  @Test(arguments: ["{", #"{"episode":1,"val"#, #"{"episode":1,"validation":5,"widths":[3,5]}"#])
  func aLastLineWithoutItsEndIsTorn(_ rest: String) throws {
    let url = try folder.write("torn.jsonl", "\(whole)\n\(rest)")
    let journal = SearchJournal(url)
    #expect(try journal.lines().count == 1)
    try journal.open().append(line: second)
    #expect(try String(contentsOf: url, encoding: .utf8) == "\(whole)\n\(second)\n")
  }

  @Test func aLineThatCannotBeReadIsThereAllTheSame() throws {
    let journal = SearchJournal(try folder.write("a.jsonl", "\(whole)\n{\"episode\":\n"))
    #expect(journal.hasEpisodes)
    #expect(throws: EspalierError.self) { try journal.lines() }
  }

  @Test func aTornFirstLineLeavesNothing() throws {
    let url = try folder.write("torn.jsonl", #"{"epis"#)
    #expect(!SearchJournal(url).hasEpisodes)
    _ = try SearchJournal(url).open()
    #expect(try Data(contentsOf: url).isEmpty)
  }

  @Test func openingAWholeJournalLeavesEveryByte() throws {
    let url = try folder.write("a.jsonl", "\(whole)\n\(second)\n")
    _ = try SearchJournal(url).open()
    #expect(try String(contentsOf: url, encoding: .utf8) == "\(whole)\n\(second)\n")
  }

  @Test(arguments: ["{}", "[1]", "nonsense", #"{"episode":"0","validation":1,"widths":[]}"#])
  func aWholeLineThatIsNoEpisodeIsAnError(_ line: String) throws {
    let journal = SearchJournal(try folder.write("bad.jsonl", "\(whole)\n\(line)\n"))
    let error = #expect(throws: EspalierError.self) { try journal.lines() }
    #expect("\(try #require(error))".contains("bad.jsonl holds a line that is no episode"))
  }
}
