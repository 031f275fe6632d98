import Foundation
import Testing

/// Runs that are killed at random moments and go on, byte for byte beside undisturbed ones.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct KillTests {
  private static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
  private let bench: Bench

  init() throws { bench = try Bench() }

  /// Kills one run, lets another be, and compares every file but those that hold times and locks.
  private func expectEqual(
    _ arguments: [String], seed: UInt64, holding files: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let start = Date()
    let whole = try Program.run(arguments + ["--output", "whole"], in: bench)
    #expect(whole.code == 0, "\(whole.error)", sourceLocation: sourceLocation)
    var kills = Kills(seed: seed)
    let killed = try kills.run(
      arguments + ["--output", "killed"], in: bench, seconds: Date().timeIntervalSince(start))
    #expect(killed > 0, sourceLocation: sourceLocation)
    print("killed \(killed) times: \(arguments.joined(separator: " "))")
    let (expected, found) = (try contents("whole"), try contents("killed"))
    #expect(Set(expected.keys).isSuperset(of: files), sourceLocation: sourceLocation)
    #expect(expected.keys.sorted() == found.keys.sorted(), sourceLocation: sourceLocation)
    for (name, bytes) in expected {
      #expect(found[name] == bytes, "\(name)", sourceLocation: sourceLocation)
    }
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    let names = FileManager.default.enumerator(atPath: bench(folder).path)?.allObjects
    var contents: [String: Data] = [:]
    for case let name as String in names ?? [] {
      // What tells of time is each run's own.
      let own = ["timings", "run.lock", "checkpoint", "tensorboard", "report.html"]
      let isOwn = own.contains { name.contains($0) }
      guard !isOwn, let bytes = try? Data(contentsOf: bench("\(folder)/\(name)")) else { continue }
      contents[name] = bytes
    }
    return contents
  }

  private let usual = ["episodes.jsonl", "policy.json", "compressed.onnx", "agent.json"]
  private let search = ["--threads", "1", "--quiet"]

  @Test func aSearchForChannels() throws {
    try expectEqual(
      ["search", "./tiny", "--episodes", "400", "--checkpoint-every", "7"] + search, seed: 1,
      holding: usual)
  }

  @Test func aSearchForBits() throws {
    try bench.write(
      "bits/environment.json",
      """
      { "name": "bits", "kind": "haq", "model": "../tiny.onnx", "data": "glyphs:,limit=60",
        "preprocessing": "imagenet", "budget": { "bitOps": "uniform:4" }, "episodes": 60,
        "validationImages": 30, "calibrationImages": 25, "batch": 15,
        "quantization": { "sensitivityImages": 8 },
        "agent": { "hiddenLayers": [8, 8], "warmupEpisodes": 2, "batchSize": 4,
          "warmupExploration": "suggestion" } }
      """)
    try expectEqual(["search", "./bits"] + search, seed: 2, holding: usual)
  }

  private func settings(_ more: String) throws {
    let tiny = try String(contentsOf: bench("tiny/environment.json"), encoding: .utf8)
    try bench.write("more/environment.json", tiny.dropLast(2) + ", \(more) }")
  }

  @Test func aSearchWhoseFinalistsAreTrained() throws {
    try settings(
      """
      "fineTuning": { "candidates": 2, "epochs": 6, "finalEpochs": 10, "learningRate": 0.02,
        "batch": 16 }
      """)
    try expectEqual(
      ["search", "./more", "--episodes", "40"] + search, seed: 3,
      holding: usual + ["fine-tuned.onnx", "fine-tuning.json"])
  }

  @Test func aSearchInStages() throws {
    try settings(
      """
      "granularity": "weights", "stages": [0.6, 0.4],
      "fineTuning": { "epochs": 3, "finalEpochs": 5, "learningRate": 0.02, "batch": 16 }
      """)
    try expectEqual(
      ["search", "./more", "--episodes", "40"] + search, seed: 4,
      holding: ["stage1/episodes.jsonl", "stage2/stage.json", "stages.json", "policy.json"])
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func aTaskInAnotherProgram() throws {
    try bench.write(
      "task/child.py",
      """
      import json, random, sys
      for line in sys.stdin:
          request = json.loads(line)
          if request["request"] == "close":
              break
          if request["request"] == "hello":
              box = {"low": [-1], "high": [1]}
              answer = {"protocol": 1, "observationSpace": box, "actionSpace": box}
          elif request["request"] == "reset":
              generator = random.Random(request["seed"])
              number, left = generator.uniform(-1, 1), 8
              answer = {"observation": [number]}
          else:
              left -= 1
              reward = -abs(request["action"][0] - number)
              number = generator.uniform(-1, 1)
              answer = {"observation": [number], "reward": reward, "truncated": left == 0}
          print(json.dumps(answer), flush=True)
      """)
    try bench.write(
      "task/environment.json",
      """
      { "name": "guess", "kind": "process", "command": ["/usr/bin/python3", "child.py"],
        "steps": 6000, "evaluationEpisodes": 3,
        "agent": { "hiddenLayers": [16, 16], "warmupSteps": 50, "batchSize": 16 } }
      """)
    try expectEqual(
      ["search", "./task"] + search, seed: 5,
      holding: ["episodes.jsonl", "steps.jsonl", "agent.json", "summary.json"])
  }

  @Test func aTraining() throws {
    let arguments = [
      "train", "resnet8", "--data", "glyphs:,limit=300", "--preprocessing", "signed-unit",
      "--augmentation", "crop-flip", "--epochs", "12", "--batch", "50", "--threads", "1",
      "--quiet", "--output",
    ]
    let start = Date()
    #expect(try Program.run(arguments + ["whole.onnx"], in: bench).code == 0)
    var kills = Kills(seed: 6)
    let killed = try kills.run(
      arguments + ["killed.onnx"], in: bench, seconds: Date().timeIntervalSince(start))
    #expect(killed > 0)
    print("killed \(killed) times: train")
    #expect(
      try Data(contentsOf: bench("killed.onnx")) == Data(contentsOf: bench("whole.onnx")))
    #expect(!FileManager.default.fileExists(atPath: bench("killed.onnx.checkpoint").path))
  }
}
