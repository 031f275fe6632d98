import Compression
import CompressionPolicies
import Foundation
import Interchange
import Testing

@testable import Espalier

/// One search, shared by the tests that only look at its files.
@Suite(.serialized) struct SearchRunTests {
  private static let finished: Result<TinySearch, any Error> = Result {
    let tiny = try TinySearch()
    _ = try SearchRun.run(tiny.request("run"))
    return tiny
  }

  private static let files = [
    "environment.json", "run.json", "episodes.jsonl", "episodes-uniform.jsonl", "policy.json",
    "compressed.onnx", "summary.json", "agent.json",
  ]

  private func expectEqualRuns(_ a: (TinySearch, String), _ b: (TinySearch, String)) throws {
    // The resolved environment says where the model lies.
    let sameModel = a.0.folder.url == b.0.folder.url
    for file in Self.files where sameModel || file != "environment.json" {
      #expect(try a.0.bytes(a.1, file) == b.0.bytes(b.1, file), "\(file)")
    }
  }

  @Test func theRunDirectoryHoldsEveryFile() throws {
    let tiny = try Self.finished.get()
    let names = try FileManager.default.contentsOfDirectory(
      atPath: tiny.folder("run").path)
    #expect(
      Set(names).isSuperset(of: Self.files + ["timings.jsonl", "timings-uniform.jsonl"]))
    #expect(try tiny.lines("run").count == 5)
    #expect(try tiny.lines("run", "timings.jsonl").count == 5)
    #expect(try tiny.lines("run", "episodes-uniform.jsonl").count == 1)
  }

  @Test func thePolicyIsValidAndSpeaksOfTheBestCandidateWithinTheBudget() throws {
    let tiny = try Self.finished.get()
    let policy = try CompressionPolicy(file: try tiny.bytes("run", "policy.json"))
    #expect(policy.violations().isEmpty)
    #expect(policy.environment == "tiny" && policy.model.file == "tiny.onnx")
    #expect(policy.model.sha256 == (try ModelFile(tiny.folder("tiny.onnx")).sha256))
    #expect(policy.search.agent == "ddpg" && policy.search.seed == 1)
    #expect(policy.search.episodes == 5)
    #expect(policy.pruning?.calibration?.data == "glyphs:,split=train,limit=60")
    #expect(policy.pruning?.calibration?.images == 25)
    let macs = policy.compressed.macs.macs
    #expect(Double(macs) <= 0.6 * Double(policy.original.macs.macs))
    let written = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    #expect(try NetworkCost(written).macs == macs)
    #expect(try NetworkCost(written).parameters == policy.compressed.parameters)
    let lines = try tiny.lines("run").map { try CanonicalJSON.parse(String($0)) }
    let best = try lines.filter { try $0.bool(at: "meetsBudget") }
      .map { try $0.double(at: "reward") }.max()
    #expect(policy.search.reward == best)
    #expect(policy.compressed.validation == best.map { 100 * $0 })
    #expect(policy.original.top1 != nil && policy.compressed.top1 != nil)
  }

  @Test func theJournalTellsWhatWasAskedForAndWhatWasDone() throws {
    let tiny = try Self.finished.get()
    for (number, line) in try tiny.lines("run").enumerated() {
      let episode = try CanonicalJSON.parse(String(line))
      #expect(try CanonicalJSON.line(episode) == String(line))
      #expect(try episode.int(at: "episode") == number)
      let executed = try episode.doubles(at: "executed")
      let channels = [4.0, 8, 16]
      #expect(
        try episode.ints(at: "widths").map(Double.init) == zip(executed, channels).map { $0 * $1 })
      #expect(try episode.doubles(at: "requested").count == 3)
      #expect(try episode.double(at: "reward") * 100 == episode.double(at: "validation"))
      #expect(try episode.child(at: "cost").int(at: "macs") > 0)
      #expect(episode["seconds"] == nil)
    }
  }

  @Test func theResolvedEnvironmentIsOneThatCanBeSearchedAgain() throws {
    let tiny = try Self.finished.get()
    let entry = try EnvironmentCatalog().entry(tiny.folder("run/environment.json").path)
    #expect(entry.definition.episodes == 5 && entry.definition.agent.hiddenLayers == [8, 8])
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let tiny = try Self.finished.get()
    let other = try TinySearch()
    _ = try SearchRun.run(other.request("elsewhere"))
    try expectEqualRuns((tiny, "run"), (other, "elsewhere"))
  }

  @Test func twoThreadsGiveTheSameBytesAsOne() throws {
    let tiny = try Self.finished.get()
    var request = tiny.request("threads")
    request.threads = 2
    _ = try SearchRun.run(request)
    try expectEqualRuns((tiny, "run"), (tiny, "threads"))
  }

  @Test func anotherSeedGivesOtherEpisodes() throws {
    let tiny = try Self.finished.get()
    var request = tiny.request("seed2")
    request.seed = 2
    _ = try SearchRun.run(request)
    #expect(try tiny.bytes("run", "episodes.jsonl") != tiny.bytes("seed2", "episodes.jsonl"))
  }

  /// A run that was killed: its journal ends somewhere, nothing that is written at the end is there.
  private func kill(
    _ tiny: TinySearch, _ name: String, after lines: Int, torn: String
  ) throws {
    for file in ["environment.json", "run.json"] {
      try tiny.folder.write(
        "\(name)/\(file)", String(decoding: try tiny.bytes("run", file), as: UTF8.self))
    }
    let journal = try tiny.lines("run").prefix(lines).map { $0 + "\n" }.joined() + torn
    try tiny.folder.write("\(name)/episodes.jsonl", journal)
  }

  @Test(arguments: [0, 1, 3, 5])
  func aKilledRunGoesOnToTheSameBytes(_ lines: Int) throws {
    let tiny = try Self.finished.get()
    let next = lines < 5 ? String(try tiny.lines("run")[lines].prefix(40)) : ""
    for torn in ["", next] {
      let name = "killed-\(lines)-\(torn.count)"
      try kill(tiny, name, after: lines, torn: torn)
      var request = tiny.request(name)
      request.resume = true
      var measured = 0
      let result = try SearchRun.run(request) { progress in
        measured += progress.agent == "ddpg" ? 1 : 0
      }
      #expect(measured == 5 - lines)
      #expect(result.episodes == 5)
      #expect((result.secondsPerEpisode == nil) == (lines == 5))
      try expectEqualRuns((tiny, "run"), (tiny, name))
    }
  }

  @Test func resumingAFinishedRunChangesNothing() throws {
    let tiny = try Self.finished.get()
    let before = try Self.files.map { try tiny.bytes("run", $0) }
    var request = tiny.request("run")
    request.resume = true
    var measured = 0
    _ = try SearchRun.run(request) { _ in measured += 1 }
    #expect(measured == 0)
    #expect(try Self.files.map { try tiny.bytes("run", $0) } == before)
  }

  @Test func resumingWhereNothingIsBeginsANew() throws {
    let tiny = try Self.finished.get()
    var request = tiny.request("fresh")
    request.resume = true
    _ = try SearchRun.run(request)
    try expectEqualRuns((tiny, "run"), (tiny, "fresh"))
  }

  @Test func aFolderWithEpisodesIsRefusedWithoutResume() throws {
    let tiny = try Self.finished.get()
    #expect(throws: EspalierError.runExists(folder: tiny.folder("run").path)) {
      try SearchRun.run(tiny.request("run"))
    }
  }

  @Test func aRunOfAnotherKindIsNotResumed() throws {
    let tiny = try Self.finished.get()
    func refusal(_ change: (inout SearchRequest) -> Void) -> String {
      var request = tiny.request("run")
      request.resume = true
      change(&request)
      do {
        _ = try SearchRun.run(request)
        return "resumed"
      } catch {
        return "\(error)"
      }
    }
    let run = "run.json there differs from what is asked for now: "
    let environment = "environment.json there differs from what is asked for now: "
    #expect(refusal { $0.seed = 2 }.hasSuffix(run + "'seed' is 1 there and 2 now"))
    #expect(refusal { $0.agent = "random" }.contains(run + "'agent' is"))
    #expect(
      refusal { $0.episodes = 6 }.hasSuffix(environment + "'episodes' is 5 there and 6 now"))
    #expect(refusal { $0.budgets = ["macs=0.7"] }.contains(environment + "'budget.macs' is"))
    try TinySearch.network(seed: 9, to: tiny.folder("other.onnx"))
    #expect(refusal { $0.model = tiny.folder("other.onnx") }.contains(run + "'model.file' is"))
  }

  @Test func theResolvedEnvironmentSearchesTheSame() throws {
    let tiny = try Self.finished.get()
    var request = tiny.request("again")
    request.environment = tiny.folder("run/environment.json").path
    _ = try SearchRun.run(request)
    for file in Self.files {
      #expect(try tiny.bytes("again", file) == tiny.bytes("run", file), "\(file)")
    }
  }

  @Test func twoSearchesNeverShareAFolder() throws {
    let tiny = try Self.finished.get()
    let lock = try RunDirectory(tiny.folder("busy")).claim()
    #expect(throws: EspalierError.runBusy(folder: tiny.folder("busy").path)) {
      try SearchRun.run(tiny.request("busy"))
    }
    withExtendedLifetime(lock) {}
  }

  @Test func aBaselinesJournalCountsAsEpisodesToo() throws {
    let tiny = try Self.finished.get()
    let line = String(try tiny.lines("run", "episodes-uniform.jsonl")[0])
    try tiny.folder.write("half/episodes-uniform.jsonl", line + "\n")
    #expect(throws: EspalierError.runExists(folder: tiny.folder("half").path)) {
      try SearchRun.run(tiny.request("half"))
    }
  }

  @Test func aJournalOfAnotherSearchIsNotContinued() throws {
    let tiny = try Self.finished.get()
    try kill(tiny, "forged", after: 2, torn: "")
    let lines = try tiny.lines("forged")
    let forged = lines[1].replacingOccurrences(of: #""episode":1"#, with: #""episode":7"#)
    try tiny.folder.write("forged/episodes.jsonl", "\(lines[0])\n\(forged)\n")
    var request = tiny.request("forged")
    request.resume = true
    #expect(
      throws: EspalierError.otherRun(
        folder: tiny.folder("forged").path, reason: "episode 1 of 'ddpg' went another way")
    ) { try SearchRun.run(request) }
  }

  @Test func aRequestThatCannotBeMetIsRefused() throws {
    let tiny = try Self.finished.get()
    func refusal(_ change: (inout SearchRequest) -> Void) -> String {
      var request = tiny.request("refused")
      change(&request)
      do {
        _ = try SearchRun.run(request)
        return "ran"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      refusal { $0.agent = "sage" }
        == "there is no agent 'sage'; the agents are ddpg, random, evolution, uniform, shallow, deep, greedy"
    )
    #expect(refusal { $0.seed = -1 } == "--seed: expected a number from 0 on, found -1")
    #expect(refusal { $0.episodes = 0 } == "--episodes: expected a positive number, found 0")
    #expect(
      refusal { $0.settings = ["model=none.onnx"] }.hasPrefix("there is no file "))
    #expect(
      refusal { $0.budgets = ["macs=0.01"] }.contains(
        "cannot be reached: the smallest reachable is"))
    #expect(
      refusal { $0.data = "glyphs:,limit=20" }
        == "validationImages and calibrationImages: expected at most 20 together, the images of "
        + "'glyphs:,split=train,limit=20', found 0 and 25")
  }

  @Test(arguments: ["random", "uniform", "greedy"])
  func everyAgentWritesAPolicyWithinTheBudget(_ agent: String) throws {
    let tiny = try TinySearch(
      pruning: #""criterion": "l1", "reconstruction": "none""#, widths: "all")
    var request = tiny.request(agent)
    request.agent = agent
    request.budgets = ["weightBytes=0.7"]
    let result = try SearchRun.run(request)
    #expect(result.policy.search.agent == agent)
    #expect(
      Double(result.policy.compressed.weightBytes.value)
        <= 0.7 * Double(result.policy.original.weightBytes.value))
    #expect(result.agents.map(\.agent) == (agent == "uniform" ? [agent] : [agent, "uniform"]))
    let json = result.json
    for field in ["run", "policy"] { #expect(try json.string(at: field).hasPrefix("/")) }
    for part in ["best", "original"] {
      let figures = try json.child(at: part)
      #expect(try figures.double(at: "reward") * 100 == figures.double(at: "validation"))
      #expect(try figures.double(at: "test") >= 0)
      #expect(try figures.child(at: "cost").int(at: "weightBytes") > 0)
    }
    #expect(try json.int(at: "episodes") == result.episodes)
  }
}
