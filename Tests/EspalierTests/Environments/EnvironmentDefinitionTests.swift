import Compression
import CompressionEnvironments
import CompressionPolicies
import Datasets
import Reinforcement
import Testing

@testable import Espalier

@Suite struct EnvironmentDefinitionTests {
  private func read(_ text: String) throws -> EnvironmentDefinition {
    try EnvironmentDefinition(JSONReader(try CanonicalJSON.parse(text)))
  }

  @Test func aNameIsEnough() throws {
    let definition = try read(#"{"name": "plain"}"#)
    #expect(definition.summary == "" && definition.model == nil && definition.data == nil)
    #expect(definition.preprocessing == .raw)
    #expect(definition.budgets == [try Budget("macs=0.5")])
    #expect(definition.reward == .accuracy && definition.channelMultiple == 1)
    #expect(definition.episodes == 400 && definition.widths == .inner)
    #expect(definition.smallestKeep == 0.2 && definition.pruning == PruningSettings())
    #expect(definition.validationImages == 5000 && definition.calibrationImages == 1000)
    #expect(definition.batch == 50 && definition.agent == DDPGConfiguration())
    #expect(definition.baselines.isEmpty && definition.screeningImages == nil)
    #expect(definition.fineTuning == nil && definition.split == nil)
  }

  private static let full = """
    { "name": "full", "kind": "amc", "summary": "all of it", "model": "m.onnx",
      "data": "npy:/data", "split": { "calibration": "0of3", "validation": "1of3", "test": "2of3" },
      "preprocessing": { "mean": [0.1, 0.25, 0.3], "std": [1, 0.2, 2] },
      "budget": { "weightBytes": "300kB", "macs": 0.7 }, "episodes": 12, "channelMultiple": 4,
      "reward": "accuracy - 0.1 * flops / originalFlops", "widths": "all", "smallestKeep": 0.1,
      "pruning": { "criterion": "l1", "reconstruction": "original", "refit": "all",
        "ridge": 0.001, "positionsPerImage": 7, "normalization": "reestimate" },
      "validationImages": 11, "screeningImages": 6, "calibrationImages": 13, "batch": 17,
      "agent": { "hiddenLayers": [20, 30], "actorLearningRate": 0.0003, "discount": 0.9,
        "noise": { "standardDeviation": 0.4 } },
      "baselines": ["uniform", "greedy", "random"],
      "fineTuning": { "candidates": 4, "epochs": 2, "finalEpochs": 5, "learningRate": 0.02,
        "batch": 64, "distillation": 0.7, "temperature": 3, "augmentation": "none" } }
    """

  @Test(arguments: [
    #"{"name": "plain"}"#, full, #"{"name": "n", "budget": {"macs": 20000000}}"#, sparse, haq,
    joint,
  ])
  func whatIsWrittenReadsBackTheSame(_ text: String) throws {
    let definition = try read(text)
    let written = try CanonicalJSON.file(definition.json)
    #expect(try read(written) == definition)
    #expect(try CanonicalJSON.file(try read(written).json) == written)
    // Resolved: every field stands there but those left to the user.
    let fields = Set((definition.json.objectValue ?? [:]).keys)
    #expect(
      fields.union([
        "model", "data", "split", "screeningImages", "fineTuning", "quantization", "device",
        "metric", "evaluator",
      ]).union(definition.kind == .haq ? Self.channelFields : [])
        .union(WeightPruningSettings.fields) == Set(EnvironmentDefinition.fields))
    #expect(fields.contains("quantization") == (definition.kind != .amc))
    #expect(fields.isDisjoint(with: Self.channelFields) == (definition.kind == .haq))
    #expect(fields.isSuperset(of: WeightPruningSettings.fields) == (definition.weights != nil))
  }

  private static let sparse = """
    { "name": "sparse", "granularity": "weights", "stages": [0.5, 0.25],
      "smallestDensity": { "dense": 0.1 } }
    """

  private static let channelFields = ["widths", "smallestKeep", "channelMultiple", "pruning"]
  private static let haq = """
    { "name": "bits", "kind": "haq", "device": "bitfusion-e", "budget": { "energy": "uniform:4" },
      "quantization": { "granularity": "tensor", "episodeTraining": { "steps": 20 } } }
    """
  private static let joint = """
    { "name": "both", "kind": "joint", "widths": "all", "quantization": { "weightBits": [2, 4] } }
    """

  @Test func aDensityOnTheCommandLineIsASingleStage() throws {
    #expect(try WeightPruningSettings.stages(of: ["density=0.2"]) == [0.2])
    for budgets in [
      ["macs=0.5"], ["density=0.5", "macs=0.5"], ["density=0.5", "density=0.4"], ["density"],
      ["density=0"], ["density=1.1"], ["density=x"], ["density=nan"],
    ] {
      #expect(throws: EspalierError.self, "\(budgets)") {
        try WeightPruningSettings.stages(of: budgets)
      }
    }
  }

  @Test func fineTuningIsAskedForByItsFieldAlone() throws {
    #expect(try read(#"{"name": "n", "fineTuning": {}}"#).fineTuning == FineTuningSettings())
    let settings = try #require(try read(Self.full).fineTuning)
    #expect(settings.candidates == 4 && settings.epochs == 2 && settings.finalEpochs == 5)
    #expect(settings.learningRate == 0.02 && settings.batch == 64)
    #expect(settings.distillation == 0.7 && settings.temperature == 3)
    #expect(settings.augmentation == .none)
  }

  @Test(arguments: PruningSettings.Criterion.allCases)
  func everyCriterionIsReadByItsName(_ criterion: PruningSettings.Criterion) throws {
    let name = criterion.rawValue
    let definition = try read(#"{"name": "n", "pruning": {"criterion": "\#(name)"}}"#)
    #expect(definition.pruning == PruningSettings(criterion: criterion))
    #expect(definition.json["pruning"]?["criterion"] == .string(name))
    #expect(definition.json["pruning"]?["normalization"] == "keep")
  }

  @Test func aRewardThatCountsCostNeedsNoLimit() throws {
    let free = try read(#"{"name": "n", "reward": "R_FLOPs"}"#)
    #expect(free.budgets.isEmpty && free.reward.countsCost)
    let limited = try read(#"{"name": "n", "reward": "R_FLOPs", "budget": {"parameters": 0.5}}"#)
    #expect(limited.budgets.map(\.quantity) == [.parameters])
  }

  @Test func thePapersAgentHasAName() throws {
    let paper = try read(#"{"name": "n", "agent": {"preset": "amcPaper", "batchSize": 32}}"#).agent
    var expected = DDPGConfiguration.amcPaper
    expected.batchSize = 32
    #expect(paper == expected && paper.stepInputs == 0)
    #expect(try read(#"{"name": "n"}"#).agent.stepInputs == nil)
  }

  @Test func td3HasANameAndItsNoiseCanBeTakenAway() throws {
    #expect(try read(#"{"name": "n", "agent": {"preset": "td3"}}"#).agent == .td3)
    var expected = DDPGConfiguration.td3
    expected.targetNoise?.clip = 0.5
    let wider = #"{"name": "n", "agent": {"preset": "td3", "targetNoise": {"clip": 0.5}}}"#
    #expect(try read(wider).agent == expected)
    expected.targetNoise = nil
    expected.returnTarget = .monteCarlo
    let bare =
      #"{"name": "n", "agent": {"preset": "td3", "targetNoise": null, "returnTarget": "monteCarlo"}}"#
    #expect(try read(bare).agent == expected)
    #expect(try EnvironmentDefinition(JSONReader(read(bare).json)) == read(bare))
  }

  @Test func everyFieldIsRead() throws {
    let definition = try read(Self.full)
    #expect(definition.budgets == [try Budget("macs=0.7"), try Budget("weightBytes=300kB")])
    #expect(definition.reward.text == "accuracy - 0.1 * flops / originalFlops")
    #expect(definition.channelMultiple == 4)
    #expect(definition.widths == .all && definition.smallestKeep == 0.1)
    #expect(definition.pruning.criterion == .l1 && definition.pruning.refit == .all)
    #expect(definition.pruning.reconstruction == .original)
    #expect(definition.pruning.ridge == 0.001 && definition.pruning.positionsPerImage == 7)
    #expect(definition.pruning.normalization == .reestimate)
    #expect(definition.preprocessing.mean == [0.1, 0.25, 0.3])
    #expect(definition.agent.hiddenLayers == [20, 30] && definition.agent.discount == 0.9)
    #expect(definition.agent.noise.standardDeviation == 0.4)
    #expect(definition.agent.batchSize == DDPGConfiguration().batchSize)
    #expect(definition.baselines == ["uniform", "greedy", "random"])
    #expect(definition.screeningImages == 6)
  }

  @Test(arguments: [
    (#"{}"#, "name is missing"),
    (#"{"name": ""}"#, "name: expected a name that is no path, found ''"),
    (#"{"name": "a/b"}"#, "name: expected a name that is no path, found 'a/b'"),
    (#"{"name": "n", "kind": "hac"}"#, "kind: expected one of amc, haq, joint, process"),
    (#"{"name": "n", "episode": 3}"#, "episode is not a known field"),
    (
      #"{"name": "n", "episodes": 0}"#,
      "episodes: expected an integer from 1 to 1000000000, found 0"
    ),
    (#"{"name": "n", "episodes": "3"}"#, "episodes: expected an integer, found a string"),
    (
      #"{"name": "n", "screeningImages": 0}"#,
      "screeningImages: expected an integer from 1 to 1000000000, found 0"
    ),
    (#"{"name": "n", "batch": -1}"#, "batch: expected an integer from 1 to 1000000000, found -1"),
    (#"{"name": "n", "widths": "some"}"#, "widths: expected inner, all, found 'some'"),
    (
      #"{"name": "n", "smallestKeep": 0}"#,
      "smallestKeep: expected a number above 0 and up to 1, found 0.0"
    ),
    (
      #"{"name": "n", "smallestKeep": 1.5}"#,
      "smallestKeep: expected a number above 0 and up to 1, found 1.5"
    ),
    (
      #"{"name": "n", "baselines": ["uniform", "best"]}"#,
      "baselines[1]: expected ddpg, random, evolution, uniform, shallow, deep, greedy, found 'best'"
    ),
    (
      #"{"name": "n", "pruning": {"criterion": "l3"}}"#,
      "pruning.criterion: expected l1, l2, leastSquares, geometricMedian, activation, taylor, "
        + "found 'l3'"
    ),
    (
      #"{"name": "n", "pruning": {"normalization": "fold"}}"#,
      "pruning.normalization: expected keep, reestimate, found 'fold'"
    ),
    (#"{"name": "n", "pruning": {"ridges": 1}}"#, "pruning.ridges is not a known field"),
    (#"{"name": "n", "pruning": {"ridge": -1}}"#, "pruning.ridge: expected a number from 0 on"),
    (#"{"name": "n", "budget": {}}"#, "budget: expected a limit, or a reward that counts cost"),
    (
      #"{"name": "n", "reward": "eror"}"#,
      "at character 1: expected one of accuracy, error, originalAccuracy"
    ),
    (
      #"{"name": "n", "channelMultiple": 0}"#,
      "channelMultiple: expected an integer from 1 to 1000000000"
    ),
    (#"{"name": "n", "budget": 0.5}"#, "budget: expected an object, found a number"),
    (
      #"{"name": "n", "budget": {"macs": true}}"#,
      "budget: budget 'macs=': expected a part of the original"
    ),
    (#"{"name": "n", "budget": {"time": 1}}"#, "one of macs, parameters, weightBytes"),
    (#"{"name": "n", "preprocessing": "imagenett"}"#, "did you mean imagenet?"),
    (#"{"name": "n", "preprocessing": {"mean": [1]}}"#, "preprocessing.std is missing"),
    (
      #"{"name": "n", "preprocessing": {"mean": [1], "std": [0]}}"#,
      "std holds 0.0; positive numbers expected"
    ),
    (
      #"{"name": "n", "baselines": ["random", "random"]}"#,
      "baselines[1]: expected each agent once, found 'random' again"
    ),
    (#"{"name": "n", "agent": {"noise": {"foo": 1}}}"#, "agent.noise.foo is not a known field"),
    (
      #"{"name": "n", "agent": {"preset": "haq"}}"#,
      "agent.preset: expected espalier, amcPaper, td3"
    ),
    (
      #"{"name": "n", "agent": {"targetNoise": {"sigma": 1}}}"#,
      "agent.targetNoise.sigma is not a known field"
    ),
    (
      #"{"name": "n", "agent": {"targetNoise": {}}}"#,
      "targetNoise: expected none, or returnTarget 'bootstrap'"
    ),
    (
      #"{"name": "n", "agent": {"replay": "sorted"}}"#,
      "agent.replay: expected a value of another type or name"
    ),
    (
      #"{"name": "n", "agent": {"stepInputs": 9223372036854775807}}"#,
      "stepInputs: expected 0 to 10000"
    ),
    (#"{"name": "n", "validationImages": 9223372036854775807}"#, "from 1 to 1000000000"),
    (
      #"{"name": "n", "fineTuning": {"epochs": 0}}"#,
      "fineTuning.epochs: expected an integer from 1 to 1000000000, found 0"
    ),
    (
      #"{"name": "n", "fineTuning": {"distillation": 1.5}}"#,
      "fineTuning.distillation: expected a number from 0 to 1, found 1.5"
    ),
    (
      #"{"name": "n", "fineTuning": {"learningRate": 0}}"#,
      "fineTuning.learningRate: expected a number above 0 and up to 1000, found 0.0"
    ),
    (
      #"{"name": "n", "fineTuning": {"augmentation": "mixup"}}"#,
      "fineTuning.augmentation: expected none, crop-flip, found 'mixup'"
    ),
    (#"{"name": "n", "fineTuning": {"rate": 1}}"#, "fineTuning.rate is not a known field"),
    (#"{"name": "n", "agent": {"layers": 3}}"#, "agent.layers is not a known field"),
    (
      #"{"name": "n", "agent": {"batchSize": 0}}"#,
      "agent: the agent's setting batchSize: expected 1 to 65536, found 0"
    ),
    (
      #"{"name": "n", "agent": {"batchSize": "big"}}"#,
      #"agent.batchSize: expected a value of another type or name, found "big""#
    ),
    (
      #"{"name": "n", "agent": {"noise": {"decay": "slow"}}}"#,
      #"agent.noise.decay: expected a value of another type or name, found "slow""#
    ),
  ])
  func aFieldAtFaultIsNamed(_ text: String, _ message: String) throws {
    let error = #expect(throws: JSONError.self) { try read(text) }
    let sentence = "\(try #require(error))"
    #expect(sentence.contains(message), "\(sentence)")
    #expect(!sentence.contains("\n"))
  }
}
