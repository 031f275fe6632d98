import Compression
import CompressionPolicies
import Datasets
import Foundation
import Interchange
import Networks
import Tensors
import Testing

@testable import Espalier

@Suite(.serialized) struct FineTuningTests {
  private static let settings = """
    , "fineTuning": { "candidates": 2, "epochs": 1, "finalEpochs": 2, "learningRate": 0.02,
      "batch": 16 }
    """

  /// One search with fine-tuning, shared by the tests that only look at its files.
  private static let finished: Result<(tiny: TinySearch, result: SearchResult), any Error> =
    Result {
      let tiny = try TinySearch(more: settings)
      return (tiny, try SearchRun.run(tiny.request("run")))
    }

  private static let files = [
    "environment.json", "episodes.jsonl", "policy.json", "compressed.onnx", "fine-tuned.onnx",
    "fine-tuning.json", "summary.json",
  ]

  private func record(_ tiny: TinySearch, _ run: String = "run") throws -> FineTuningRecord {
    try FineTuningRecord(
      JSONReader(CanonicalJSON.parse(bytes: tiny.bytes(run, "fine-tuning.json"))))
  }

  @Test func finalistsAreTheBestDistinctCandidatesWithinTheBudget() throws {
    let (tiny, result) = try Self.finished.get()
    let record = try record(tiny)
    #expect(record == result.fineTuning)
    let lines = try tiny.lines("run").map { try CanonicalJSON.parse(String($0)) }
    var widths: [[Int]] = []
    let affordable = try lines.filter { line in
      let own = try line.ints(at: "widths")
      defer { widths.append(own) }
      return try line.bool(at: "meetsBudget") && !widths.contains(own)
    }
    let rewards = try affordable.map { try $0.double(at: "reward") }.sorted(by: >)
    #expect(record.finalists.map(\.reward) == Array(rewards.prefix(2)))
    #expect(record.finalists.count == 2 && record.finalists[0].widths != record.finalists[1].widths)
    for finalist in record.finalists {
      #expect(try lines[finalist.episode].ints(at: "widths") == finalist.widths)
    }
    let best = record.finalists.map(\.fineTunedValidation).max()
    #expect(record.finalists[record.survivor].fineTunedValidation == best)
  }

  @Test func policyAndNetworksAreThoseOfTheSurvivor() throws {
    let (tiny, result) = try Self.finished.get()
    let record = try record(tiny)
    let survivor = record.finalists[record.survivor]
    let policy = try CompressionPolicy(file: try tiny.bytes("run", "policy.json"))
    #expect(policy.violations().isEmpty)
    #expect(policy.search.reward == survivor.reward)
    #expect(policy.compressed.validation == survivor.validation)
    #expect(policy.compressed.fineTuned?.top1 == record.top1 && record.top1 != nil)
    #expect(policy.original.fineTuned?.top1 == record.originalTop1 && record.originalTop1 != nil)
    let before = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    let after = try ONNXFile.read(tiny.folder("run/fine-tuned.onnx")).graph
    #expect(before.nodes == after.nodes && before.initializers != after.initializers)
    #expect(try NetworkCost(after).macs == policy.compressed.macs.macs)

    let setup = try SearchSetup(tiny.request("run"))
    let test = try #require(setup.test)
    #expect(try test.evaluate(before) == policy.compressed.top1)
    #expect(try test.evaluate(after) == policy.compressed.fineTuned?.top1)
    #expect(try setup.validation.evaluate(after) == record.validation)
    for (part, top1) in [("best", record.top1), ("original", record.originalTop1)] {
      let figures = try result.json.child(at: part)
      #expect(try figures.child(at: "fineTuned").double(at: "top1") == top1)
      #expect(try figures.child(at: "cost").value["fineTuned"] == nil)
    }
  }

  @Test func noValidationImageIsTrainedOn() throws {
    let (tiny, _) = try Self.finished.get()
    let request = tiny.request("run")
    let definition = try SearchSetup(request).definition
    for data in ["glyphs:,limit=60", "glyphs:,split=train,limit=60"] {
      let images = try SearchImages(data, definition, streams: RandomStreams(seed: 1))
      let training = try #require(images.fineTuning)
      let hasOwn = data == "glyphs:,limit=60"
      #expect(training.count == (hasOwn ? 60 : 30))
      #expect(images.validation.count == 30)
      func picture(_ images: LabelledImages, _ index: Int) throws -> [Float] {
        try images.subset([index]).tensor(.raw).scalars
      }
      let validation = try (0..<30).map { try picture(images.validation, $0) }
      for index in 0..<training.count {
        #expect(try !validation.contains(picture(training, index)))
      }
    }
  }

  @Test func theSameSeedGivesTheSameBytesAtAnyNumberOfThreads() throws {
    let (tiny, _) = try Self.finished.get()
    var request = tiny.request("threads")
    request.threads = 2
    _ = try SearchRun.run(request)
    for file in Self.files {
      #expect(try tiny.bytes("run", file) == tiny.bytes("threads", file), "\(file)")
    }
  }

  @Test func everyEpochIsTold() throws {
    let tiny = try TinySearch(more: Self.settings)
    var told: [String] = []
    _ = try SearchRun.run(
      tiny.request("run"),
      onFineTuning: { told.append("\($0.network) \($0.training.epoch)/\($0.training.epochs)") })
    let original = "the original network"
    #expect(
      told == [
        "candidate 1/2 1/1", "candidate 2/2 1/1", "the best candidate 1/2",
        "the best candidate 2/2", "\(original) 1/1", "\(original) 1/2", "\(original) 2/2",
      ])
  }

  @Test func aRunThatWasStoppedDuringFineTuningEndsWithTheSameBytes() throws {
    let (tiny, _) = try Self.finished.get()
    // The journals are whole, nothing that is written at the end is there.
    for file in ["environment.json", "run.json", "episodes.jsonl", "episodes-uniform.jsonl"] {
      try tiny.folder.write(
        "stopped/\(file)", String(decoding: try tiny.bytes("run", file), as: UTF8.self))
    }
    var request = tiny.request("stopped")
    request.resume = true
    var epochs = 0
    _ = try SearchRun.run(request, onFineTuning: { _ in epochs += 1 })
    #expect(epochs == 7)
    for file in Self.files {
      #expect(try tiny.bytes("run", file) == tiny.bytes("stopped", file), "\(file)")
    }
  }

  @Test func aFinishedRunIsNotTrainedAgain() throws {
    let (tiny, result) = try Self.finished.get()
    let before = try Self.files.map { try tiny.bytes("run", $0) }
    var request = tiny.request("run")
    request.resume = true
    var epochs = 0
    let again = try SearchRun.run(request, onFineTuning: { _ in epochs += 1 })
    #expect(epochs == 0 && again.fineTuning == result.fineTuning)
    #expect(try Self.files.map { try tiny.bytes("run", $0) } == before)
  }

  @Test func withoutTheFieldNothingIsTrained() throws {
    let tiny = try TinySearch()
    let result = try SearchRun.run(tiny.request("run"))
    #expect(result.fineTuning == nil && result.json["best"]?["fineTuned"] == nil)
    #expect(!FileManager.default.fileExists(atPath: tiny.folder("run/fine-tuned.onnx").path))
  }

  @Test func aBatchThatTheImagesDoNotFillIsToldBeforeTheSearch() throws {
    let tiny = try TinySearch(more: Self.settings)
    var request = tiny.request("run")
    request.settings = ["fineTuning.batch=61"]
    #expect(
      throws: EspalierError.setting(
        name: "fineTuning.batch", expected: "at most 60, the images to train on", found: "61")
    ) { try SearchRun.run(request) }
  }
}
