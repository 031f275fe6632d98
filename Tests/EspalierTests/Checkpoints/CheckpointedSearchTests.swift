import Foundation
import Interchange
import Testing

@testable import Espalier

/// Searches that go on from a checkpoint, beside the same ones that replay their journal.
@Suite(.serialized) struct CheckpointedSearchTests {
  private static let files = [
    "environment.json", "run.json", "episodes.jsonl", "policy.json", "compressed.onnx",
    "summary.json",
  ]
  private static let episodes = 24
  /// Beyond the middle, so that the only later checkpoint is the last.
  private static let position = 14

  private func request(_ tiny: TinySearch, _ output: String, _ agent: String) -> SearchRequest {
    var request = tiny.request(output)
    request.agent = agent
    request.episodes = Self.episodes
    request.checkpointEpisodes = Self.position
    return request
  }

  /// A run as a kill leaves it, with the checkpoint that stood then.
  private func kill(
    _ tiny: TinySearch, _ name: String, lines: Int, checkpoint: Data?, forgesFirstLine: Bool = false
  ) throws {
    for file in ["environment.json", "run.json"] {
      try tiny.folder.write(
        "\(name)/\(file)", String(decoding: try tiny.bytes("whole", file), as: UTF8.self))
    }
    var journal = try tiny.lines("whole").prefix(lines).map(String.init)
    if forgesFirstLine {
      journal[0] = journal[0].replacingOccurrences(
        of: #""requested":[0."#, with: #""requested":[1."#)
    }
    try tiny.folder.write(
      "\(name)/episodes.jsonl", journal.map { $0 + "\n" }.joined() + #"{"cos"#)
    guard let checkpoint else { return }
    let folder = tiny.folder("\(name)/checkpoint")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try checkpoint.write(to: folder.appendingPathComponent("agent-\(Self.position).checkpoint"))
  }

  private func resume(
    _ tiny: TinySearch, _ name: String, _ agent: String, notices: (String) -> Void = { _ in }
  ) throws {
    var request = request(tiny, name, agent)
    request.resume = true
    request.checkpointEpisodes = 0
    var told: [String] = []
    let collected = Collected()
    _ = try SearchRun.run(request, onNotice: { collected.texts.append($0) })
    told = collected.texts
    told.forEach(notices)
  }

  private final class Collected { var texts: [String] = [] }

  private func expectEqual(
    _ tiny: TinySearch, _ name: String, _ agent: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for file in Self.files + (agent == "ddpg" ? ["agent.json"] : []) {
      #expect(
        try tiny.bytes("whole", file) == tiny.bytes(name, file), "\(name): \(file)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: ["ddpg", "random", "evolution"])
  func aCheckpointAndReplayGiveTheSameBytes(_ agent: String) throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(request(tiny, "whole", agent))
    let saved = try tiny.bytes("whole", "checkpoint/agent-\(Self.position).checkpoint")
    var notices: [String] = []
    for lines in [14, 17, 24] {
      try kill(tiny, "saved-\(lines)", lines: lines, checkpoint: saved)
      try resume(tiny, "saved-\(lines)", agent) { notices.append($0) }
      try expectEqual(tiny, "saved-\(lines)", agent)
      try kill(tiny, "replayed-\(lines)", lines: lines, checkpoint: nil)
      try resume(tiny, "replayed-\(lines)", agent) { notices.append($0) }
      try expectEqual(tiny, "replayed-\(lines)", agent)
    }
    #expect(notices.isEmpty)
  }

  /// What lies before a checkpoint is not done again: a request that was forged there is seen by replay alone.
  @Test func episodesBeforeACheckpointAreNotRepeated() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(request(tiny, "whole", "ddpg"))
    let saved = try tiny.bytes("whole", "checkpoint/agent-\(Self.position).checkpoint")
    try kill(tiny, "saved", lines: 17, checkpoint: saved, forgesFirstLine: true)
    try resume(tiny, "saved", "ddpg")
    #expect(try tiny.bytes("saved", "policy.json") == tiny.bytes("whole", "policy.json"))
    try kill(tiny, "replayed", lines: 17, checkpoint: nil, forgesFirstLine: true)
    #expect(
      throws: EspalierError.otherRun(
        folder: tiny.folder("replayed").path, reason: "episode 0 of 'ddpg' went another way")
    ) { try resume(tiny, "replayed", "ddpg") }
  }

  @Test func whatCannotBeUsedIsToldOfAndReplayedInstead() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(request(tiny, "whole", "ddpg"))
    let saved = try tiny.bytes("whole", "checkpoint/agent-\(Self.position).checkpoint")
    var flipped = saved
    flipped[flipped.count - 7] ^= 4
    let text = String(decoding: saved, as: UTF8.self)
    let newer = text.replacingOccurrences(of: "checkpoint 1\n", with: "checkpoint 9\n")
    let whole = try Checkpoint(fileBytes: saved)
    let odd = Checkpoint(
      identity: whole.identity, position: whole.position, payload: Data("{}".utf8))
    for (name, lines, bytes, words) in [
      ("flipped", 17, flipped, "is damaged"), ("torn", 17, saved.prefix(900), "is damaged"),
      ("newer", 17, Data(newer.utf8), "has version 9, this program reads 1"),
      ("ahead", 9, saved, "stands at 14, beyond the 9 that the journal holds"),
      ("odd", 17, odd.fileBytes, "what was saved is no state of the agent ddpg"),
    ] {
      try kill(tiny, name, lines: lines, checkpoint: bytes)
      var notices: [String] = []
      try resume(tiny, name, "ddpg") { notices.append($0) }
      #expect(notices.count == 1 && notices[0].contains(words), "\(notices)")
      #expect(!notices.joined().contains("\n"))
      try expectEqual(tiny, name, "ddpg")
      // It is left where it was.
      #expect(try tiny.bytes(name, "checkpoint/agent-\(Self.position).checkpoint") == bytes)
    }
  }

  @Test func aRunBegunAnewForgetsOldCheckpoints() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(request(tiny, "whole", "ddpg"))
    try FileManager.default.removeItem(at: tiny.folder("whole/episodes.jsonl"))
    try FileManager.default.removeItem(at: tiny.folder("whole/episodes-uniform.jsonl"))
    let before = try tiny.bytes("whole", "policy.json")
    var other = request(tiny, "whole", "ddpg")
    other.seed = 5
    _ = try SearchRun.run(other)
    #expect(try tiny.bytes("whole", "policy.json") != before)
  }
}
