import Foundation
import Testing

@testable import Espalier

@Suite struct TimeSpentTests {
  @Test func partsAddUpToTheWhole() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(tiny.request("run"))
    let time = try TimeSpent([tiny.folder("run")])
    let own = try #require(time.agents.first)
    #expect(own.episodes > 0 && own.seconds > 0)
    #expect(own.networkSeconds > 0 && own.evaluationSeconds > 0)
    #expect(own.networkSeconds + own.evaluationSeconds <= own.seconds * 1.01)
    #expect(
      abs(own.networkSeconds + own.evaluationSeconds + own.agentSeconds - own.seconds)
        <= own.seconds * 0.01)
    #expect(time.json.arrayValue?.count == time.agents.count)
  }

  @Test func linesWithoutPartsAndTornOnesCountNothing() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(tiny.request("run"))
    let file = tiny.folder("run").appendingPathComponent("timings.jsonl")
    try Data(
      """
      {"episode":0,"seconds":2}
      {"episode":1,"evaluationSeconds":1,"networkSeconds":0.5,"seconds":2}
      {"episode":2,"evalu
      """.utf8
    ).write(to: file)
    let own = try #require(try TimeSpent([tiny.folder("run")]).agents.first)
    #expect(own.episodes == 1 && own.seconds == 2 && own.agentSeconds == 0.5)
  }
}
