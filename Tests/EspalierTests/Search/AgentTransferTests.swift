import CompressionPolicies
import Foundation
import Interchange
import Networks
import Reinforcement
import Tensors
import Testing

@testable import Espalier

/// A search that begins with what another one learned.
@Suite(.serialized) struct AgentTransferTests {
  /// A finished run `source` of an agent that no network's depth is built into.
  private static let finished: Result<TinySearch, any Error> = Result {
    let tiny = try TinySearch()
    var request = tiny.request("source")
    request.settings = free
    _ = try SearchRun.run(request)
    return tiny
  }

  private static let free = [
    "agent.stepInputs=0", "agent.criticActionHistory=0", "agent.transferWarmupEpisodes=1",
    "baselines=[]",
  ]

  private func request(
    _ tiny: TinySearch, _ output: String, from source: String? = "source"
  ) -> SearchRequest {
    var request = tiny.request(output)
    request.settings = Self.free
    request.budgets = ["macs=0.5"]
    request.agentFrom = source.map { tiny.folder($0) }
    return request
  }

  private func refusal(_ request: SearchRequest) -> String {
    do {
      _ = try SearchRun.run(request)
      return "ran"
    } catch {
      return "\(error)"
    }
  }

  private func isThere(_ tiny: TinySearch, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: tiny.folder(name).path)
  }

  @Test func aSearchSavesWhatItLearned() throws {
    let tiny = try Self.finished.get()
    let bytes = try tiny.bytes("source", "agent.json")
    let json = try CanonicalJSON.parse(bytes: bytes)
    #expect(Data(try CanonicalJSON.file(json).utf8) == bytes)
    let state = try AgentFile.state(bytes, path: "agent.json")
    #expect(state.configuration.hiddenLayers == [8, 8] && state.configuration.stepInputs == 0)
    #expect(state.observationCount == 11 && state.returns.count == 2)
    #expect(state.tensors["actor/hidden1.weight"]?.shape == [8, 11])
    #expect(try AgentFile.text(state) == String(decoding: bytes, as: UTF8.self))
    #expect(!isThere(tiny, "source/agent-from.json"))
    var random = request(tiny, "random", from: nil)
    random.agent = "random"
    _ = try SearchRun.run(random)
    #expect(!isThere(tiny, "random/agent.json"))
  }

  @Test func anotherBudgetBeginsWithTheSavedAgent() throws {
    let tiny = try Self.finished.get()
    _ = try SearchRun.run(request(tiny, "anew", from: nil))
    _ = try SearchRun.run(request(tiny, "run"))
    _ = try SearchRun.run(request(tiny, "file", from: "source/agent.json"))
    #expect(
      try tiny.bytes("run", "episodes.jsonl") != tiny.bytes("anew", "episodes.jsonl"))
    for file in ["episodes.jsonl", "policy.json", "agent.json", "run.json"] {
      #expect(try tiny.bytes("run", file) == tiny.bytes("file", file), "\(file)")
    }
    let source = try tiny.bytes("source", "agent.json")
    #expect(try tiny.bytes("run", "agent-from.json") == source)
    let run = try CanonicalJSON.parse(bytes: tiny.bytes("run", "run.json"))
    #expect(try run.child(at: "agentFrom").string(at: "sha256") == SHA256.hex(source))
    let anew = try CanonicalJSON.parse(bytes: tiny.bytes("anew", "run.json"))
    #expect(anew["agentFrom"] == nil)
  }

  /// The warm-up is the saved actor's way, not a random one, where noise is taken away.
  @Test func theFirstEpisodesAreTheSavedActors() throws {
    let tiny = try Self.finished.get()
    let quiet = [#"agent.noise.schedule="constant""#, "agent.noise.standardDeviation=0"]
    for (name, seed) in [("quiet", 1), ("quiet5", 5)] {
      var request = request(tiny, name)
      request.settings += quiet + ["agent.transferWarmupEpisodes=3"]
      request.seed = seed
      _ = try SearchRun.run(request)
    }
    let requested = try ["quiet", "quiet5"].map { name in
      try tiny.lines(name).map { try CanonicalJSON.parse(String($0)).doubles(at: "requested") }
    }
    #expect(requested[0][0] == requested[0][2] && requested[0][0] == requested[1][0])
    #expect(requested[0][0] != requested[0][4])
  }

  @Test(arguments: [0, 1, 3])
  func aKilledTransferGoesOnToTheSameBytes(_ lines: Int) throws {
    let tiny = try Self.finished.get()
    _ = try SearchRun.run(request(tiny, "whole-\(lines)"))
    let name = "killed-\(lines)"
    for file in ["environment.json", "run.json", "agent-from.json"] {
      try tiny.folder.write(
        "\(name)/\(file)", String(decoding: try tiny.bytes("whole-\(lines)", file), as: UTF8.self))
    }
    let journal = try tiny.lines("whole-\(lines)").prefix(lines).map { $0 + "\n" }.joined()
    try tiny.folder.write("\(name)/episodes.jsonl", journal)
    // The copy in the run is enough; naming the source again is as good.
    for source in lines == 1 ? ["source", nil] : [nil] {
      var request = request(tiny, name, from: source)
      request.resume = true
      _ = try SearchRun.run(request)
      for file in ["episodes.jsonl", "policy.json", "agent.json", "agent-from.json", "run.json"] {
        #expect(try tiny.bytes(name, file) == tiny.bytes("whole-\(lines)", file), "\(file)")
      }
    }
  }

  @Test func anotherSavedAgentDoesNotGoOnWithARun() throws {
    let tiny = try Self.finished.get()
    _ = try SearchRun.run(request(tiny, "first"))
    var other = request(tiny, "first", from: "first")
    other.resume = true
    #expect(
      refusal(other).contains("run.json there differs from what is asked for now: 'agentFrom"))
    #expect(
      try tiny.bytes("first", "agent-from.json") == tiny.bytes("source", "agent.json"))
    var plain = request(tiny, "plain", from: nil)
    _ = try SearchRun.run(plain)
    plain.resume = true
    plain.agentFrom = tiny.folder("source")
    #expect(
      refusal(plain).contains("run.json there differs from what is asked for now: 'agentFrom"))
  }

  @Test func aCopyThatWasLeftIsNotTakenUp() throws {
    let tiny = try Self.finished.get()
    try tiny.folder.write(
      "left/agent-from.json",
      String(decoding: try tiny.bytes("source", "agent.json"), as: UTF8.self))
    _ = try SearchRun.run(request(tiny, "left", from: nil))
    _ = try SearchRun.run(request(tiny, "bare", from: nil))
    #expect(!isThere(tiny, "left/agent-from.json"))
    #expect(try tiny.bytes("left", "episodes.jsonl") == tiny.bytes("bare", "episodes.jsonl"))
  }

  @Test func aDeeperNetworkBeginsWithTheSameAgent() throws {
    let tiny = try Self.finished.get()
    var generator = SeededGenerator(seed: 4)
    let graph = try ModelBuilder.named("resnet14").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
    try ONNXFile.write(graph, to: tiny.folder("deeper.onnx"))
    var deeper = request(tiny, "deeper")
    deeper.model = tiny.folder("deeper.onnx")
    _ = try SearchRun.run(deeper)
    let first = try CanonicalJSON.parse(String(try tiny.lines("deeper")[0]))
    #expect(try first.ints(at: "widths").count == 6)

    // With inputs for each step, as by default, neither way round.
    var stepwise = tiny.request("stepwise")
    stepwise.settings = ["baselines=[]"]
    _ = try SearchRun.run(stepwise)
    deeper.output = tiny.folder("refused")
    deeper.agentFrom = tiny.folder("stepwise")
    #expect(
      refusal(deeper)
        == tiny.folder("stepwise/agent.json").path
        + ": the saved agent does not fit: stepInputs and criticActionHistory were 3 and 3 there and "
        + "are 0 and 0 here; between networks with another number of steps both fields are 0 in "
        + "either search (stepInputs=0, criticActionHistory=0)")
    deeper.settings = ["baselines=[]"]
    #expect(refusal(deeper).contains("were 3 and 3 there and are 6 and 6 here"))
    #expect(!isThere(tiny, "refused"))
    // The same network with the same steps: the defaults fit.
    var again = tiny.request("again")
    again.settings = ["baselines=[]"]
    again.budgets = ["macs=0.5"]
    again.agentFrom = tiny.folder("stepwise")
    #expect(refusal(again) == "ran")
  }

  @Test func whatCannotBeBegunWithIsRefused() throws {
    let tiny = try Self.finished.get()
    var other = request(tiny, "other")
    other.settings += ["agent.hiddenLayers=[8,9]"]
    #expect(
      refusal(other).hasSuffix(
        "the saved agent does not fit: hiddenLayers was [8, 8] there and is [8, 9] here"))
    other.settings = Self.free + ["smallestKeep=0.3"]
    #expect(refusal(other).contains("the action space was"))
    var random = request(tiny, "other")
    random.agent = "random"
    #expect(
      refusal(random) == "--agent-from: expected the agent ddpg, which learns, found 'random'")
    #expect(
      refusal(request(tiny, "other", from: "tiny"))
        == "there is no file \(tiny.folder("tiny/agent.json").path)")
    try tiny.folder.write("torn.json", "{")
    try tiny.folder.write("bare.json", #"{"schemaVersion": 1}"#)
    #expect(
      refusal(request(tiny, "other", from: "torn.json"))
        == "\(tiny.folder("torn.json").path): no agent that a search saved (it is no JSON object)")
    #expect(
      refusal(request(tiny, "other", from: "bare.json")).contains(
        "no agent that a search saved ('"))
    #expect(!isThere(tiny, "other"))
  }

  @Test(arguments: [
    (#""schemaVersion": 1"#, #""schemaVersion": 2"#, "expected 1 and 'ddpg', found 2"),
    ("[8, 11]", "[4611686018427387904, 4]", "as many numbers as"),
    ("[8, 11]", "[-8, -11]", "as many numbers as"),
    (#""batchSize": 4"#, #""batchSize": 0"#, "batchSize: expected 1 to 65536, found 0"),
  ])
  func aForgedFileIsRefused(_ old: String, _ new: String, _ words: String) throws {
    let tiny = try Self.finished.get()
    let text = String(decoding: try tiny.bytes("source", "agent.json"), as: UTF8.self)
    let forged = text.replacingOccurrences(of: old, with: new)
    #expect(forged != text, "\(text.prefix(3000))")
    let error = #expect(throws: EspalierError.self) {
      try AgentFile.state(Data(forged.utf8), path: "a.json")
    }
    #expect(error.map { "\($0)" }?.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
