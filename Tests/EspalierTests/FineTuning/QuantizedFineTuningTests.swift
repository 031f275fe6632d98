import Compression
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Testing

@testable import Espalier

@Suite(.serialized) struct QuantizedFineTuningTests {
  private static let settings = """
    , "fineTuning": { "candidates": 2, "epochs": 1, "finalEpochs": 1, "learningRate": 0.02,
      "batch": 10 }
    """
  private static let linear: Result<TinyBits, any Error> = Result {
    let tiny = try TinyBits(more: settings)
    _ = try SearchRun.run(tiny.request("run"))
    return tiny
  }
  private static let shared: Result<TinyBits, any Error> = Result {
    let tiny = try TinyBits(
      #""quantizer": "kmeans""#, budget: #""weightBytes": "uniform:3""#, more: settings)
    _ = try SearchRun.run(tiny.request("run"))
    return tiny
  }

  private func record(_ tiny: TinyBits) throws -> FineTuningRecord {
    try FineTuningRecord(
      JSONReader(CanonicalJSON.parse(bytes: tiny.bytes("run", "fine-tuning.json"))))
  }

  private func network(_ tiny: TinyBits, _ file: String, run: String = "run") throws -> Graph {
    try ONNXFile.read(tiny.folder("\(run)/\(file)")).graph
  }

  @Test func theTunedNetworkIsQuantisedAndMeasuredAsWritten() throws {
    let tiny = try Self.linear.get()
    let (before, after) = try (
      network(tiny, "compressed.onnx"), network(tiny, "fine-tuned.onnx")
    )
    // The same quantisers at the same places; int8 weights and floats moved.
    #expect(before.nodes == after.nodes && before.initializers != after.initializers)
    let record = try record(tiny)
    let setup = try SearchSetup(tiny.request("run"))
    #expect(try setup.validation.evaluate(after) == record.validation)
    #expect(try setup.test?.evaluate(after) == record.top1)
    let policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    #expect(policy.compressed.fineTuned?.top1 == record.top1 && record.top1 != nil)
  }

  @Test func scalesStayAsTheyWereCalibrated() throws {
    let tiny = try Self.linear.get()
    let (before, after) = try (
      network(tiny, "compressed.onnx"), network(tiny, "fine-tuned.onnx")
    )
    let scales = before.nodes.filter {
      $0.operatorType.lowercased().contains("quantize")
    }.map { $0.inputs[1] }
    #expect(!scales.isEmpty)
    for scale in scales { #expect(before.initializers[scale] == after.initializers[scale]) }
  }

  @Test func applyGivesTheNetworkBeforeTraining() throws {
    let tiny = try Self.linear.get()
    let applied = try PolicyApplication(
      policy: tiny.folder("run/policy.json"), model: tiny.folder("tiny.onnx"),
      data: TinyBits.data, preprocessing: nil, threads: 1)
    try ONNXFile.write(applied.graph, to: tiny.folder("applied.onnx"))
    #expect(
      try Data(contentsOf: tiny.folder("applied.onnx")) == tiny.bytes("run", "compressed.onnx"))
  }

  @Test func sharedWeightsGoOnSharingTheirValues() throws {
    let tiny = try Self.shared.get()
    let policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    let (before, after) = try (
      network(tiny, "compressed.onnx"), network(tiny, "fine-tuned.onnx")
    )
    var moved = 0
    for layer in try after.quantizableLayers() {
      let bits = try #require(policy.layers.first { $0.name == layer.name }?.weightBits?.value)
      let values = try #require(after.initializers[layer.weight]?.tensor).scalars
      #expect(Set(values).count <= 1 << bits, "\(layer.name)")
      let old = try #require(before.initializers[layer.weight]?.tensor).scalars
      // The same elements share: one new value for each old one.
      #expect(Set(zip(old, values).map { "\($0) \($1)" }).count == Set(old).count)
      moved += old == values ? 0 : 1
    }
    #expect(moved > 0)
  }

  @Test(arguments: [1, 2])
  func aSecondRunIsTheSameAtAnyNumberOfThreads(_ threads: Int) throws {
    let tiny = try Self.linear.get()
    _ = try SearchRun.run(tiny.request("again-\(threads)", threads: threads))
    for file in ["policy.json", "fine-tuned.onnx", "fine-tuning.json", "summary.json"] {
      #expect(try tiny.bytes("again-\(threads)", file) == tiny.bytes("run", file), "\(file)")
    }
  }
}

@Suite(.serialized) struct EpisodeTrainingTests {
  private static let training = #""episodeTraining": { "steps": 3, "learningRate": 0.05 }"#
  private static let more = #", "fineTuning": { "batch": 10, "candidates": 1, "finalEpochs": 1 }"#

  @Test func candidatesAreTrainedAndRepeatThemselves() throws {
    let tiny = try TinyBits(Self.training, more: Self.more)
    let setup = try SearchSetup(tiny.request("run"))
    let bits = try #require(setup.bits)
    let choices = bits.space.uniform(4)
    let trained = try setup.problem.network(choices)
    #expect(try setup.problem.network(choices) == trained)
    // Other candidates in between, and another setup, change nothing.
    _ = try setup.problem.network(bits.space.uniform(3))
    #expect(try setup.problem.network(choices) == trained)
    let other = try SearchSetup(tiny.request("other", threads: 2))
    #expect(try other.problem.network(choices) == trained)
    #expect(try bits.space.network(choices) != trained)
    #expect(trained.nodes.contains { $0.isFakeQuantize })
  }

  @Test func theRunSaysThatItTrained() throws {
    let tiny = try TinyBits(Self.training)
    let small = [#"fineTuning={"batch":10,"candidates":1,"finalEpochs":1}"#]
    var request = tiny.request("run")
    request.settings = small
    request.episodes = 2
    let result = try SearchRun.run(request)
    #expect(
      result.policy.quantization?.episodeTraining
        == CompressionPolicy.EpisodeTraining(steps: 3, learningRate: 0.05))
    request.output = tiny.folder("two")
    request.threads = 2
    _ = try SearchRun.run(request)
    for file in ["episodes.jsonl", "policy.json", "compressed.onnx", "fine-tuned.onnx"] {
      #expect(try tiny.bytes("two", file) == tiny.bytes("run", file), "\(file)")
    }
    // What is written is what was measured.
    let setup = try SearchSetup(request)
    let written = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    #expect(try setup.validation.evaluate(written) == result.policy.compressed.validation)
    let applied = try PolicyApplication(
      policy: tiny.folder("run/policy.json"), model: tiny.folder("tiny.onnx"),
      data: TinyBits.data, preprocessing: nil, threads: 1)
    #expect(applied.lacksFineTuning)
  }

  @Test func moreStepsThanBatchesBeginAgain() throws {
    let tiny = try TinyBits(
      #""episodeTraining": { "steps": 9, "learningRate": 0.01 }"#, more: Self.more)
    let setup = try SearchSetup(tiny.request("run"))
    _ = try setup.problem.network(#require(setup.bits).space.uniform(4))
  }

  @Test func imagesThatFillNoBatchAreNamed() throws {
    let tiny = try TinyBits(Self.training)
    let error = #expect(throws: EspalierError.self) { try SearchSetup(tiny.request("run")) }
    let sentence = "\(try #require(error))"
    #expect(sentence.hasPrefix("fineTuning.batch: expected at most "), "\(sentence)")
    #expect(sentence.hasSuffix("the images to train on, found 128"), "\(sentence)")
  }
}
