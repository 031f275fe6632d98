import Compression
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Testing

@testable import Espalier

@Suite(.serialized) struct BitSearchTests {
  private static let finished: Result<(tiny: TinyBits, result: SearchResult), any Error> = Result {
    let tiny = try TinyBits()
    return (tiny, try SearchRun.run(tiny.request("run")))
  }

  private static let files = [
    "environment.json", "episodes.jsonl", "policy.json", "compressed.onnx", "summary.json",
  ]

  @Test func theNumberOfThreadsChangesNoByte() throws {
    let (tiny, _) = try Self.finished.get()
    _ = try SearchRun.run(tiny.request("two", threads: 2))
    for file in Self.files {
      #expect(try tiny.bytes("two", file) == tiny.bytes("run", file), "\(file)")
    }
  }

  @Test(arguments: [0, 1, 3])
  func aKilledRunGoesOnToTheSameBytes(_ lines: Int) throws {
    let (tiny, _) = try Self.finished.get()
    let name = "killed-\(lines)"
    for file in ["environment.json", "run.json"] {
      try tiny.folder.write(
        "\(name)/\(file)", String(decoding: try tiny.bytes("run", file), as: UTF8.self))
    }
    let all = try tiny.lines("run")
    try tiny.folder.write(
      "\(name)/episodes.jsonl",
      all.prefix(lines).map { $0 + "\n" }.joined() + all[lines].prefix(33))
    var request = tiny.request(name)
    request.resume = true
    var measured = 0
    _ = try SearchRun.run(request) { measured += $0.agent == "ddpg" ? 1 : 0 }
    #expect(measured == 4 - lines)
    for file in Self.files {
      #expect(try tiny.bytes(name, file) == tiny.bytes("run", file), "\(file)")
    }
  }

  /// Channels and bits at once: the journal's lines are read again, and the policy gives the same network.
  @Test func aJointSearchGoesOnAndIsAppliedToTheSameBytes() throws {
    let tiny = try TinyBits(
      #""weightBits": [2, 4, 8], "activationBits": [4, 8]"#, kind: "joint",
      more: #", "pruning": { "positionsPerImage": 6 }"#)
    _ = try SearchRun.run(tiny.request("run"))
    for file in ["environment.json", "run.json"] {
      try tiny.folder.write(
        "killed/\(file)", String(decoding: try tiny.bytes("run", file), as: UTF8.self))
    }
    try tiny.folder.write(
      "killed/episodes.jsonl", tiny.lines("run").prefix(2).map { $0 + "\n" }.joined())
    var request = tiny.request("killed", threads: 2)
    request.resume = true
    _ = try SearchRun.run(request)
    for file in Self.files {
      #expect(try tiny.bytes("killed", file) == tiny.bytes("run", file), "\(file)")
    }
    let applied = try PolicyApplication(
      policy: tiny.folder("run/policy.json"), model: tiny.folder("tiny.onnx"),
      data: TinyBits.data, preprocessing: nil, threads: 1)
    try ONNXFile.write(applied.graph, to: tiny.folder("applied.onnx"))
    #expect(
      try Data(contentsOf: tiny.folder("applied.onnx")) == tiny.bytes("run", "compressed.onnx"))
  }

  @Test func everyCandidateMeetsTheBudgetAndTheEndsArePinned() throws {
    let (tiny, result) = try Self.finished.get()
    let setup = try SearchSetup(tiny.request("run"))
    let bits = try #require(setup.bits)
    let most = bits.space.cost(bits.space.uniform(4), in: .bitOps)
    for line in try tiny.lines("run") {
      let value = try CanonicalJSON.parse(String(line))
      let own = try value.ints(at: "bits")
      #expect(own.count == bits.space.decisions.count && own.allSatisfy { (2...8).contains($0) })
      #expect(try value.child(at: "cost").int(at: "bitOps") <= most)
      #expect(try value.bool(at: "meetsBudget"))
      #expect(
        try value.child(at: "cost").int(at: "bitOps") == bits.space.cost(own, in: .bitOps))
    }
    let layers = result.policy.layers
    for end in [layers.first, layers.last] {
      #expect(end?.weightBits?.value == 8 && end?.activationBits?.value == 8)
    }
    #expect(layers.map(\.name) == (try setup.model.graph.quantizableLayers().map(\.name)))
    #expect(layers.allSatisfy { $0.quantizer == "linear" })
  }

  @Test func theFirstEpisodeSpendsTheBudgetOnWhatMatters() throws {
    let (tiny, _) = try Self.finished.get()
    let first = try CanonicalJSON.parse(String(tiny.lines("run")[0]))
    let setup = try SearchSetup(tiny.request("run"))
    let bits = try #require(setup.bits)
    let environment = bits.environment(setup.problem)
    _ = try environment.reset(seed: 1)
    for action in try #require(environment.starts.first) { _ = try environment.step(action) }
    #expect(try first.ints(at: "bits") == environment.candidate?.choices)
  }

  @Test func thePolicyAndTheWrittenNetworkSayTheSame() throws {
    let (tiny, result) = try Self.finished.get()
    let policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    #expect(policy == result.policy && policy.violations().isEmpty)
    let record = try #require(policy.quantization)
    #expect(record.granularity == "channel" && record.weightClip == "meanCubedError")
    #expect(record.calibration.images == 25 && record.episodeTraining == nil)
    let figures = policy.compressed
    #expect(figures.bitOps != nil && figures.latencySeconds == nil)
    let original = try #require(policy.original.bitOps)
    #expect(try #require(figures.bitOps) < original)
    let cost = try result.json.child(at: "best").child(at: "cost")
    #expect(try cost.int(at: "bitOps") == figures.bitOps)
    let setup = try SearchSetup(tiny.request("run"))
    let written = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    #expect(try setup.validation.evaluate(written) == figures.validation)
    #expect(try setup.test?.evaluate(written) == figures.top1)
  }

  @Test func aDeviceGivesTimeAndEnergy() throws {
    let tiny = try TinyBits(budget: #""latency": "uniform:4""#)
    let devices = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Devices").standardizedFileURL
    var request = tiny.request("run")
    request.device = devices.appending(path: "bitfusion-e.json").path
    request.episodes = 2
    let result = try SearchRun.run(request)
    #expect(result.policy.device == "bitfusion-e")
    let (before, after) = (result.policy.original, result.policy.compressed)
    #expect(try #require(after.latencySeconds).value < #require(before.latencySeconds).value)
    #expect(try #require(after.energyJoules).value < #require(before.energyJoules).value)
    // The device stores any number of bits up to 8.
    let bits = result.policy.layers.flatMap { [$0.weightBits?.value, $0.activationBits?.value] }
    #expect(bits.allSatisfy { (2...8).contains($0 ?? 0) })
    request.budgets = ["latency=0.001us"]
    request.output = tiny.folder("none")
    #expect(throws: CompressionError.self) { try SearchRun.run(request) }
  }

  /// A residual network's layers read what a Relu left, but the image has negative pixels.
  @Test func oneBitIsTakenWhereItCanBeWritten() throws {
    let tiny = try TinyBits(
      #""weightBits": [1, 2], "activationBits": [1, 2], "granularity": "tensor""#,
      budget: #""bitOps": "uniform:1""#)
    let result = try SearchRun.run(tiny.request("run"))
    let inner = result.policy.layers.dropFirst().dropLast()
    #expect(inner.allSatisfy { $0.weightBits?.value == 1 && $0.activationBits?.value == 1 })
    _ = try ONNXFile.read(tiny.folder("run/compressed.onnx"))
    var request = tiny.request("first")
    request.settings = ["quantization.firstBits=1"]
    let error = #expect(throws: EspalierError.self) { try SearchRun.run(request) }
    #expect("\(try #require(error))".hasPrefix("quantization.activationBits: expected 2 or more"))
  }

  @Test func sequentialFitsDifferButMeetTheBudgetToo() throws {
    let tiny = try TinyBits(#""budgetRule": "sequential", "weightBits": [2, 4, 8]"#)
    let result = try SearchRun.run(tiny.request("run"))
    let most = try SearchSetup(tiny.request("run")).problem.limits[0].most
    #expect(try #require(result.policy.compressed.bitOps) <= most)
  }
}
