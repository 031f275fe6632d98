import CompressionPolicies
import Foundation
import Testing

@testable import Espalier

@Suite(.serialized) struct RewardCurvesTests {
  private static let finished: Result<TinySearch, any Error> = Result {
    let tiny = try TinySearch()
    for seed in 1...2 {
      var request = tiny.request("run\(seed)")
      request.seed = seed
      _ = try SearchRun.run(request)
      request.agent = "random"
      request.output = tiny.folder("random\(seed)")
      _ = try SearchRun.run(request)
    }
    return tiny
  }

  @Test func spreadsAreMediansAndRangesOverRuns() throws {
    let agent = RewardCurves.Agent(
      name: "a", runs: [[-.infinity, 1, 4], [2, 2, 2, 6], [3, 3, 3, 3]])
    let first = try #require(agent.spread(after: 1))
    #expect(first.median == 2 && first.least == -.infinity && first.most == 3)
    // The run that was over stands with its last.
    #expect(agent.final?.median == 4 && agent.final?.most == 6)
    #expect(agent.evaluations(toReach: 2) == 1)
    #expect(agent.evaluations(toReach: 3) == 3)
    #expect(agent.evaluations(toReach: 5) == nil)
    #expect(RewardCurves.Spread([1, 2, 5, 9])?.median == 3.5)
    #expect(RewardCurves.Spread([-.infinity, -.infinity])?.median == -.infinity)
    #expect(RewardCurves.Spread([]) == nil)
  }

  @Test func milestonesDoubleUpToTheLongestRun() {
    func milestones(_ count: Int) -> [Int] {
      let run = [Double](repeating: 0, count: count)
      return RewardCurves(environment: "e", agents: [.init(name: "a", runs: [run])]).milestones
    }
    #expect(milestones(160) == [25, 50, 100, 160])
    #expect(milestones(100) == [25, 50, 100])
    #expect(milestones(7) == [7])
  }

  @Test func runsOfOneSearchAreJoinedByAgent() throws {
    let tiny = try Self.finished.get()
    let curves = try RewardCurves(
      ["run1", "run2", "random1", "random2"].map { tiny.folder($0) })
    #expect(curves.environment == "tiny")
    #expect(curves.agents.map(\.name) == ["ddpg", "uniform", "random"])
    // Uniform stands in all four runs, twice from each seed.
    #expect(curves.agents.map(\.runs.count) == [2, 2, 2])
    let twice = try RewardCurves([tiny.folder("run1"), tiny.folder("run1")])
    #expect(twice.agents.map(\.runs.count) == [1, 1])
    #expect(curves.agents[0].runs[0].count == 5)
    let best = try tiny.lines("run1").map { try CanonicalJSON.parse(String($0)) }
      .filter { try $0.bool(at: "meetsBudget") }.map { try $0.double(at: "reward") }.max()
    #expect(curves.agents[0].runs[0].last == best)
    #expect(try CanonicalJSON.line(curves.json).contains("\"evaluationsToRandomsMedian\":"))
  }

  @Test func anotherSearchIsRefused() throws {
    let tiny = try Self.finished.get()
    var request = tiny.request("other")
    request.budgets = ["macs=0.8"]
    request.agent = "uniform"
    _ = try SearchRun.run(request)
    #expect(throws: EspalierError.self) {
      try RewardCurves([tiny.folder("run1"), tiny.folder("other")])
    }
    request.output = tiny.folder("data")
    request.budgets = []
    request.data = "glyphs:,limit=60,seed=9"
    _ = try SearchRun.run(request)
    #expect(throws: EspalierError.self) {
      try RewardCurves([tiny.folder("run1"), tiny.folder("data")])
    }
    #expect(throws: EspalierError.self) { try RewardCurves([tiny.folder("nowhere")]) }
    try FileManager.default.removeItem(at: tiny.folder("data/episodes.jsonl"))
    #expect(throws: EspalierError.self) { try RewardCurves([tiny.folder("data")]) }
  }
}
