import Foundation
import Testing

@testable import Espalier

@Suite struct EpisodeColumnsTests {
  private func columns(_ text: String) throws -> EpisodeColumns {
    let folder = try TemporaryFolder()
    return try EpisodeColumns(folder.write("episodes.jsonl", text))
  }

  @Test func numbersComeOutOfLinesAndListsAreSteppedOver() throws {
    let own = try columns(
      """
      {"cost":{"macs":12,"latencySeconds":1.5e-3},"episode":0,"executed":[0.5,[1,{"a":"]"}]],\
      "meetsBudget":true,"note":"a \\"reward\\":7 }","reward":0.25,"validation":25,"widths":[1,2]}
       { "reward" : -1 , "meetsBudget" : false , "validation" : 30.5 , "cost" : {} }
      {"reward":0.5,"later":{"x":{"reward":9}}}

      """)
    #expect(own.rewards == [0.25, -1, 0.5])
    #expect(own.scores[0] == 25 && own.scores[1] == 30.5 && own.scores[2].isNaN)
    #expect(own.meetsBudget == [true, false, true])
    #expect(own.cost("macs")[0] == 12 && own.cost("macs")[1].isNaN && own.cost("macs").count == 3)
    #expect(own.cost("latencySeconds")[0] == 1.5e-3)
    #expect(own.bestRewards == [0.25, 0.25, 0.5])
    #expect(own.bestEpisode == 2)
  }

  @Test func episodesOfTasksHaveReturns() throws {
    let own = try columns(
      """
      {"episode":0,"info":{},"return":-12.5,"seed":1,"steps":200,"terminated":false}

      """)
    #expect(own.rewards == [-12.5] && own.steps == [200])
  }

  @Test func aTornLastLineDoesNotCount() throws {
    let own = try columns("{\"reward\":1}\n{\"rewa")
    #expect(own.count == 1)
    #expect(try columns("").isEmpty)
    #expect(try EpisodeColumns(URL(fileURLWithPath: "/nowhere/episodes.jsonl")).isEmpty)
  }

  @Test(arguments: [
    "nonsense", "{}", "{\"reward\":", "[1]", "{\"reward\":1}}", "{\"reward\":\"x\"}",
  ])
  func aWholeLineThatIsNoEpisodeIsNamed(_ line: String) throws {
    do {
      _ = try columns("{\"reward\":1}\n\(line)\n")
      Issue.record("\(line) was taken")
    } catch let error as EspalierError {
      #expect("\(error)".contains("line 2 of episodes.jsonl"), "\(error)")
    }
  }

  @Test func linesAcrossPiecesOfTheFileStayWhole() throws {
    // Longer than a piece that is read at once, so that newlines fall anywhere.
    let filler = String(repeating: "0.123456789,", count: 3000) + "1"
    let lines = (0..<60).map { "{\"executed\":[\(filler)],\"reward\":\($0)}\n" }.joined()
    #expect(try columns(lines).rewards == (0..<60).map(Double.init))
  }
}
