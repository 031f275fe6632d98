import Foundation
import Testing

/// What can go wrong while a search writes: one sentence, the code 1, nothing lost, and it goes on.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct FaultTests {
  private let bench: Bench
  private static let files = ["episodes.jsonl", "policy.json", "compressed.onnx", "agent.json"]

  init() throws { bench = try Bench() }

  private func arguments(_ output: String, _ more: String...) -> [String] {
    [
      "search", "./tiny", "--episodes", "120", "--set", "agent.hiddenLayers=[32,32]", "--threads",
      "1", "--quiet", "--output", output,
    ] + more
  }

  /// The run as it would have been.
  private func whole() throws -> [Data] {
    #expect(try Program.run(arguments("whole"), in: bench).code == 0)
    return try Self.files.map { try Data(contentsOf: bench("whole/\($0)")) }
  }

  private func expectOneSentence(
    _ outcome: Program.Outcome, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.code == 1, "\(outcome.error)", sourceLocation: sourceLocation)
    #expect(outcome.complaints.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
    #expect(outcome.error.contains(words), "\(outcome.error)", sourceLocation: sourceLocation)
  }

  private func expectEqual(
    _ output: String, _ whole: [Data], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (file, bytes) in zip(Self.files, whole) {
      #expect(
        try Data(contentsOf: bench("\(output)/\(file)")) == bytes, "\(file)",
        sourceLocation: sourceLocation)
    }
  }

  /// The shell's unit is half a kilobyte.
  private func limited(_ blocks: Int) -> [String] {
    ["/bin/sh", "-c", "ulimit -f \(blocks); exec \"$0\" \"$@\""]
  }

  @Test func aFileThatMayNotGrowIsToldOfAndTheRunGoesOn() throws {
    let whole = try whole()
    // A checkpoint does not fit, then the events do not, which grow faster than the journal.
    for (name, options, blocks, file) in [
      ("checkpoint", "--checkpoint-every=2", 16, ".checkpoint cannot be written: file too large"),
      ("events", "--checkpoint-every=0", 16, ".espalier cannot be written: file too large"),
    ] {
      let stopped = try Program.run(
        arguments(name, options), in: bench, through: limited(blocks))
      expectOneSentence(stopped, file)
      let journal = try Data(contentsOf: bench("\(name)/episodes.jsonl"))
      #expect(!journal.isEmpty)
      // The same again: still one sentence, and what there was is there.
      let again = try Program.run(
        arguments(name, options, "--resume"), in: bench, through: limited(blocks))
      expectOneSentence(again, "cannot be written: file too large")
      let kept = try Data(contentsOf: bench("\(name)/episodes.jsonl"))
      let wholeLines = journal.prefix(through: try #require(journal.lastIndex(of: 10)))
      #expect(kept.starts(with: wholeLines))
      #expect(try Program.run(arguments(name, options, "--resume"), in: bench).code == 0)
      try expectEqual(name, whole)
    }
  }

  private static let isRoot = geteuid() == 0
  /// Whoever may write everywhere becomes somebody who may not.
  private static let nobody =
    isRoot
    ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    : ["/usr/bin/env"]

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: nobody[0]), "setpriv is not installed"))
  func aFolderThatCannotBeWrittenIsLeftAsItIs() throws {
    let whole = try whole()
    #expect(try Program.run(arguments("kept"), in: bench).code == 0)
    // The journal's second half is missing: there is something to do.
    let journal = bench("kept/episodes.jsonl")
    let lines = try String(contentsOf: journal, encoding: .utf8).split(separator: "\n")
    let half = lines.prefix(60).map { $0 + "\n" }.joined()
    try half.write(to: journal, atomically: true, encoding: .utf8)
    #expect(chmod(bench("kept").path, 0o555) == 0)
    let refused = try Program.run(
      arguments("kept", "--resume"), in: bench, through: Self.nobody)
    expectOneSentence(refused, "--output: expected a folder that can be written")
    #expect(chmod(bench("kept").path, 0o755) == 0)
    #expect(try String(contentsOf: journal, encoding: .utf8) == half)
    let resumed = try Program.run(arguments("kept", "--resume"), in: bench)
    #expect(resumed.code == 0)
    // The checkpoints were ahead of what is left of the journal.
    #expect(resumed.error.contains("beyond the 60 that the journal holds; an earlier one is taken"))
    try expectEqual("kept", whole)
  }

  @Test func twoProcessesDoNotShareARun() throws {
    let whole = try whole()
    let journal = bench("shared/episodes.jsonl")
    var second: Program.Outcome?
    let first = try Program.run(arguments("shared", "--checkpoint-every=5"), in: bench) { process in
      for _ in 0..<2000 where ((try? Data(contentsOf: journal)) ?? Data()).count < 400 {
        Thread.sleep(forTimeInterval: 0.01)
      }
      // Stopped, so that it cannot end before the other one looks.
      kill(process.processIdentifier, SIGSTOP)
      second = try Program.run(arguments("shared", "--resume"), in: bench)
      kill(process.processIdentifier, SIGCONT)
    }
    let refused = try #require(second)
    expectOneSentence(refused, "another process is working in")
    #expect(first.code == 0)
    try expectEqual("shared", whole)
  }

  @Test func damagedFilesAreToldOfAndReplaced() throws {
    let whole = try whole()
    #expect(try Program.run(arguments("hurt"), in: bench).code == 0)
    let folder = bench("hurt/checkpoint")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("agent-") }.sorted {
        $0.count != $1.count ? $0.count < $1.count : $0 < $1
      }
    #expect(names.count == 2)
    let newest = folder.appendingPathComponent(try #require(names.last))
    var bytes = try Data(contentsOf: newest)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: newest)
    let older = folder.appendingPathComponent(try #require(names.first))
    let other = try String(contentsOf: older, encoding: .utf8)
      .replacingOccurrences(of: "espalier checkpoint 1\n", with: "espalier checkpoint 2\n")
    try other.write(to: older, atomically: true, encoding: .utf8)
    // And a torn last line.
    let journal = bench("hurt/episodes.jsonl")
    let text = try Data(contentsOf: journal)
    try (text + Data(#"{"cost":{"ma"#.utf8)).write(to: journal)
    let resumed = try Program.run(arguments("hurt", "--resume"), in: bench)
    #expect(resumed.code == 0 && resumed.complaints.count == 2, "\(resumed.error)")
    #expect(resumed.complaints.first?.contains("is damaged") == true)
    #expect(resumed.complaints.last?.contains("has version 2, this program reads 1") == true)
    try expectEqual("hurt", whole)
  }

  private static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

  /// A task whose thirteenth episode takes its time where a file says so.
  private func writeSlowTask() throws {
    try bench.write(
      "task/child.py",
      """
      import json, os, random, sys, time
      resets = 0
      for line in sys.stdin:
          request = json.loads(line)
          if request["request"] == "close":
              break
          if request["request"] == "hello":
              box = {"low": [-1], "high": [1]}
              answer = {"protocol": 1, "observationSpace": box, "actionSpace": box}
          elif request["request"] == "reset":
              resets += 1
              generator = random.Random(request["seed"])
              answer = {"observation": [generator.uniform(-1, 1)]}
              left = 4
          else:
              left -= 1
              if resets == 13 and os.path.exists("slow"):
                  open("waiting", "w").close()
                  time.sleep(15)
              answer = {"observation": [0.5], "reward": -abs(request["action"][0]),
                        "truncated": left == 0}
          print(json.dumps(answer), flush=True)
      """)
    try bench.write(
      "task/environment.json",
      """
      { "name": "slow", "kind": "process", "command": ["/usr/bin/python3", "child.py"],
        "episodes": 20, "evaluationEpisodes": 1,
        "agent": { "hiddenLayers": [8, 8], "warmupSteps": 10, "batchSize": 8 } }
      """)
    try bench.write("task/slow", "")
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func aSecondControlCLeavesAtOnceWithTheLastCheckpointIntact() throws {
    try writeSlowTask()
    let arguments = ["search", "./task", "--quiet", "--checkpoint-every", "3", "--output"]
    var seconds = 0.0
    let stopped = try Program.run(arguments + ["cut"], in: bench) { process in
      for _ in 0..<3000 where !FileManager.default.fileExists(atPath: bench("task/waiting").path) {
        Thread.sleep(forTimeInterval: 0.01)
      }
      kill(process.processIdentifier, SIGINT)
      Thread.sleep(forTimeInterval: 0.5)
      #expect(process.isRunning, "One asks for the end of the episode at hand.")
      let start = Date()
      kill(process.processIdentifier, SIGINT)
      // The child that it left behind keeps `waitUntilExit` waiting; the lock goes with the process itself.
      let lock = open(bench("cut/run.lock").path, O_RDWR)
      defer { close(lock) }
      while flock(lock, LOCK_EX | LOCK_NB) != 0, Date().timeIntervalSince(start) < 10 {
        Thread.sleep(forTimeInterval: 0.01)
      }
      seconds = Date().timeIntervalSince(start)
    }
    #expect(stopped.code == 130 && seconds < 5)
    let checkpoints = try FileManager.default.contentsOfDirectory(
      atPath: bench("cut/checkpoint").path)
    #expect(!checkpoints.isEmpty && checkpoints.allSatisfy { $0.hasSuffix(".checkpoint") })
    try FileManager.default.removeItem(at: bench("task/slow"))
    let resumed = try Program.run(arguments + ["cut", "--resume"], in: bench)
    #expect(resumed.code == 0 && resumed.error.isEmpty, "\(resumed.error)")
    #expect(try Program.run(arguments + ["whole"], in: bench).code == 0)
    for file in ["episodes.jsonl", "steps.jsonl", "agent.json", "summary.json"] {
      #expect(
        try Data(contentsOf: bench("cut/\(file)")) == Data(contentsOf: bench("whole/\(file)")))
    }
  }

  @Test func aTrainingThatWasStoppedIsNotBegunAgainUnasked() throws {
    let arguments = [
      "train", "resnet8", "--data", "glyphs:,limit=60", "--epochs", "2", "--batch", "20",
      "--threads", "1", "--quiet", "--output",
    ]
    try bench.write("a.onnx.checkpoint/epoch-1.checkpoint", "espalier checkpoint 1\nidenti")
    let refused = try Program.run(arguments + ["a.onnx"], in: bench)
    expectOneSentence(refused, "was stopped; continue with --resume")
    #expect(!FileManager.default.fileExists(atPath: bench("a.onnx").path))
    let resumed = try Program.run(arguments + ["a.onnx", "--resume"], in: bench)
    #expect(resumed.code == 0 && resumed.complaints.count == 1, "\(resumed.error)")
    #expect(resumed.error.contains("is damaged; an earlier one is taken, or training begins anew"))
    #expect(try Program.run(arguments + ["b.onnx"], in: bench).code == 0)
    #expect(try Data(contentsOf: bench("a.onnx")) == Data(contentsOf: bench("b.onnx")))
    for name in ["a", "b"] {
      #expect(!FileManager.default.fileExists(atPath: bench("\(name).onnx.checkpoint").path))
    }
  }
}
