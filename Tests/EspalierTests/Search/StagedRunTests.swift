import Compression
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Testing

@testable import Espalier

/// One search in three stages with fine-tuning, shared by the tests that only look at its files.
@Suite(.serialized) struct StagedRunTests {
  private static let stages = [0.6, 0.4, 0.3]
  private static let settings = #"""
    , "granularity": "weights", "stages": [0.6, 0.4, 0.3],
      "fineTuning": { "epochs": 1, "finalEpochs": 2, "learningRate": 0.02, "batch": 16 }
    """#
  private static let untrained = #", "granularity": "weights", "stages": [0.6, 0.4]"#

  private static let finished: Result<(tiny: TinySearch, result: SearchResult), any Error> =
    Result {
      let tiny = try TinySearch(more: settings)
      return (tiny, try SearchRun.run(tiny.request("run")))
    }

  private static let files =
    [
      "environment.json", "run.json", "policy.json", "compressed.onnx", "fine-tuned.onnx",
      "stages.json", "summary.json",
    ]
    + (1...3).flatMap { stage in
      ["episodes.jsonl", "episodes-uniform.jsonl", "fine-tuned.onnx", "stage.json"].map {
        "stage\(stage)/\($0)"
      }
    }

  private func graph(_ tiny: TinySearch, _ file: String, _ run: String = "run") throws -> Graph {
    try ONNXFile.read(tiny.folder("\(run)/\(file)")).graph
  }

  private func masks(_ graph: Graph) throws -> [String: [Bool]] { try graph.zeroMasks().kept }

  @Test func everyStageEndsOnItsDensityToTheWeight() throws {
    let (tiny, result) = try Self.finished.get()
    let all = try graph(tiny, "../tiny.onnx").rankedWeights().reduce(0) { $0 + $1.count }
    #expect(result.stages.map(\.density) == Self.stages)
    for (index, stage) in result.stages.enumerated() {
      let most = [60, 40, 30][index] * all / 100
      #expect(stage.of == all && stage.kept == most)
      let tuned = try graph(tiny, "stage\(index + 1)/fine-tuned.onnx")
      #expect(try tuned.rankedWeights().map(\.standing) == stage.weights)
      for line in try tiny.lines("run", "stage\(index + 1)/episodes.jsonl") {
        let episode = try CanonicalJSON.parse(String(line))
        #expect(try episode.ints(at: "weights").reduce(0, +) == most)
        #expect(try episode.bool(at: "meetsBudget") && episode["widths"] == nil)
      }
    }
  }

  @Test func masksAreNestedAndZerosStayZero() throws {
    let (tiny, _) = try Self.finished.get()
    var networks = try (1...3).map { try graph(tiny, "stage\($0)/fine-tuned.onnx") }
    networks.append(try graph(tiny, "fine-tuned.onnx"))
    for (before, after) in zip(networks, networks.dropFirst()) {
      let (wider, narrower) = (try masks(before), try masks(after))
      #expect(wider.keys.sorted() == narrower.keys.sorted())
      for (name, kept) in narrower {
        let older = try #require(wider[name])
        #expect(zip(older, kept).allSatisfy { $0 || !$1 }, "\(name)")
      }
    }
    #expect(networks[2] == networks[3])
    // Training moved every layer's weights but no zero.
    let (compressed, tuned) = (try graph(tiny, "compressed.onnx"), networks[3])
    #expect(try masks(compressed) == masks(tuned))
    for layer in try compressed.rankedWeights() {
      #expect(compressed.initializers[layer.parameter] != tuned.initializers[layer.parameter])
    }
  }

  @Test func aStageRewardsItsCandidatesWithoutTraining() throws {
    let (tiny, result) = try Self.finished.get()
    let setup = try SearchSetup(tiny.request("run"))
    var standing = setup.model.graph
    for (index, stage) in result.stages.enumerated() {
      let layers = try standing.rankedWeights()
      let candidate = standing.keeping(zip(layers, stage.weights))
      #expect(try setup.validation.evaluate(candidate) == stage.validation)
      standing = try graph(tiny, "stage\(index + 1)/fine-tuned.onnx")
      #expect(try setup.validation.evaluate(standing) == stage.fineTunedValidation)
      if index == 2 {
        #expect(try candidate.initializers == graph(tiny, "compressed.onnx").initializers)
      }
    }
  }

  @Test func thePolicyTellsDensitiesAndCostsOfWhatIsNotZero() throws {
    let (tiny, result) = try Self.finished.get()
    let policy = try CompressionPolicy(file: try tiny.bytes("run", "policy.json"))
    #expect(policy.violations().isEmpty)
    let compressed = try graph(tiny, "compressed.onnx")
    let cost = try NetworkCost(sparse: compressed)
    #expect(policy.compressed.macs.macs == cost.macs)
    #expect(policy.compressed.parameters == cost.parameters)
    #expect(policy.compressed.weightBytes.value == cost.weightBytes)
    #expect(policy.original.macs.macs > cost.macs)
    let layers = try compressed.rankedWeights()
    #expect(policy.layers.map(\.name) == layers.map(\.layer))
    for (layer, weights) in zip(policy.layers, layers) {
      #expect(layer.density == Double(weights.standing) / Double(weights.count))
      #expect(layer.keepRatio == nil && layer.keptInputIndices == nil)
    }
    #expect(policy.pruning?.stages == Self.stages && policy.pruning?.fineTuned == true)
    #expect(policy.search.episodes == 15 && result.episodes == 15)
    let setup = try SearchSetup(tiny.request("run"))
    let test = try #require(setup.test)
    #expect(try policy.compressed.top1 == test.evaluate(compressed))
    let tuned = try graph(tiny, "fine-tuned.onnx")
    #expect(try policy.compressed.fineTuned?.top1 == test.evaluate(tuned))
    #expect(policy.original.fineTuned != nil)
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

  /// The whole stages that were done, and files of the next one, as a kill would leave them.
  private func kill(
    _ tiny: TinySearch, _ name: String, wholeStages: Int, lines: Int, torn: String, also: [String]
  ) throws {
    let manager = FileManager.default
    func copy(_ file: String) throws {
      let target = tiny.folder("\(name)/\(file)")
      try manager.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try tiny.bytes("run", file).write(to: target)
    }
    for file in ["environment.json", "run.json"] { try copy(file) }
    for file in Self.files where file.hasPrefix("stage") && file != "stages.json" {
      let stage = Int(file.dropFirst(5).prefix(1)) ?? 0
      if stage <= wholeStages { try copy(file) }
    }
    let next = "stage\(wholeStages + 1)/episodes.jsonl"
    if wholeStages < 3 {
      let journal = try tiny.lines("run", next).prefix(lines).map { $0 + "\n" }.joined() + torn
      try tiny.folder.write("\(name)/\(next)", journal)
    }
    for file in also { try copy(file) }
  }

  @Test(
    arguments: [
      (0, 2, [String]()), (1, 0, []), (1, 3, []), (1, 5, ["stage2/episodes-uniform.jsonl"]),
      // Trained, but not yet said to be.
      (1, 5, ["stage2/episodes-uniform.jsonl", "stage2/fine-tuned.onnx"]), (2, 4, []), (3, 0, []),
      (3, 0, ["stages.json"]),
    ])
  func aKilledRunGoesOnToTheSameBytes(_ stages: Int, _ lines: Int, _ also: [String]) throws {
    let (tiny, _) = try Self.finished.get()
    for torn in ["", #"{"cost":{"ma"#] {
      let name = "killed-\(stages)-\(lines)-\(also.count)-\(torn.count)"
      try kill(tiny, name, wholeStages: stages, lines: lines, torn: torn, also: also)
      var request = tiny.request(name)
      request.resume = true
      var (measured, epochs) = (0, 0)
      _ = try SearchRun.run(
        request, onProgress: { measured += $0.agent.hasPrefix("ddpg") ? 1 : 0 },
        onFineTuning: { _ in epochs += 1 })
      #expect(measured == (stages == 3 ? 0 : 5 * (3 - stages) - lines))
      let original = also.contains("stages.json") ? 0 : 4
      #expect(epochs == [4, 3, 2, 0][stages] + original)
      for file in Self.files {
        #expect(try tiny.bytes("run", file) == tiny.bytes(name, file), "\(name): \(file)")
      }
    }
  }

  @Test func aFolderWithAStageIsNotBegunAgain() throws {
    let (tiny, _) = try Self.finished.get()
    #expect(throws: EspalierError.runExists(folder: tiny.folder("run").path)) {
      try SearchRun.run(tiny.request("run"))
    }
  }

  @Test func withoutTrainingStagesLeaveWhatOneStepWould() throws {
    let tiny = try TinySearch(more: Self.untrained)
    let result = try SearchRun.run(tiny.request("run"))
    #expect(result.stages.count == 2 && result.stages.allSatisfy { $0.fineTunedValidation == nil })
    #expect(!result.isFineTuned && result.policy.pruning?.fineTuned == false)
    #expect(!FileManager.default.fileExists(atPath: result.run.fineTuned.path))
    let applied = try apply(tiny)
    #expect(!applied.lacksFineTuning)
    try ONNXFile.write(applied.graph, to: tiny.folder("applied.onnx"))
    #expect(
      try Data(contentsOf: tiny.folder("applied.onnx")) == tiny.bytes("run", "compressed.onnx"))
  }

  private func apply(_ tiny: TinySearch, _ policy: String = "run/policy.json") throws
    -> PolicyApplication
  {
    try PolicyApplication(
      policy: tiny.folder(policy), model: tiny.folder("tiny.onnx"), data: nil, preprocessing: nil,
      threads: 1)
  }

  @Test func applyingOneStageRepeatsItsNetworkAndSaysThatItDoesNotTrain() throws {
    let tiny = try TinySearch(more: Self.settings)
    var request = tiny.request("run")
    request.budgets = ["density=0.25"]
    let result = try SearchRun.run(request)
    #expect(result.stages.map(\.density) == [0.25])
    let applied = try apply(tiny)
    #expect(applied.lacksFineTuning && !applied.asksForReconstruction)
    try ONNXFile.write(applied.graph, to: tiny.folder("applied.onnx"))
    #expect(
      try Data(contentsOf: tiny.folder("applied.onnx")) == tiny.bytes("run", "compressed.onnx"))
  }

  @Test func aPolicyThatMixesDecisionsOrDoesNotFitNamesTheLayer() throws {
    let (tiny, _) = try Self.finished.get()
    let changes: [(String, JSONValue, String)] = [
      (
        "layers[1].weightBits", 4,
        "quantization: expected how weights and activations were quantised"
      ),
      ("layers[1].name", "nowhere", "at layer 'nowhere'"),
      ("layers[1].operator", "Gemm", "expected Gemm, found Conv"),
      ("layers[1].density", 0.123456, "density 0.123456"),
      ("layers[1].density", 1, "MACs in all"),
      ("layers[1].inputChannels", 999, "found 'inputChannels'"),
    ]
    for (path, value, sentence) in changes {
      var document = try CanonicalJSON.parse(bytes: tiny.bytes("run", "policy.json"))
      try document.set(value, at: JSONPath(parsing: path))
      try tiny.folder.write("changed.json", CanonicalJSON.file(document))
      do {
        _ = try apply(tiny, "changed.json")
        Issue.record("applied \(path)")
      } catch {
        #expect("\(error)".contains(sentence), "\(error)")
        #expect(!"\(error)".contains("\n"))
      }
    }
  }

  @Test func checkingShowsTheWeights() throws {
    let (tiny, _) = try Self.finished.get()
    let check = try EnvironmentCheck(tiny.request("check"))
    #expect(check.violations.isEmpty && check.granularity == .weights && check.groups.isEmpty)
    let layers = try graph(tiny, "../tiny.onnx").rankedWeights()
    #expect(check.decisions.map(\.layer) == layers.map(\.layer))
    #expect(check.decisions.map(\.choices) == layers.map(\.count))
  }
}
