import Compression
import CompressionEnvironments
import CompressionPolicies
import Datasets
import Foundation
import Networks
import Tensors

/// A search made ready: model and data read, images parted, the problem stated.
final class SearchSetup {
  let definition: EnvironmentDefinition
  let model: ModelFile
  /// What is decided; in a search for densities its first stage.
  let problem: SearchProblem
  /// The channels that are decided; nil where single weights or bits are.
  let channels: ChannelSpace?
  /// What a search for bits needs; nil where anything else is decided.
  let bits: BitSearch?
  /// The name of the device whose time and energy count; nil where none is asked.
  let device: String?
  /// Makes what agents act in.
  let environment: LearningSearch.EnvironmentMaker
  let validation: ClassificationEvaluator
  /// What measures candidates: `validation`, unless the environment names another.
  let evaluator: any Evaluator
  /// The images that no part of the search sees; nil where the data have no split of their own.
  let test: ClassificationEvaluator?
  /// What trains the best candidates further; nil where the environment does not ask for it.
  let fineTuning: FineTuning?
  let calibrationRecord: CompressionPolicy.Calibration
  let streams: RandomStreams
  let pool: WorkerPool

  init(_ request: SearchRequest) throws {
    let catalog = try EnvironmentCatalog(own: request.environmentFolders)
    let entry = try catalog.entry(request.environment, settings: request.settings)
    var definition = try Self.definition(entry.definition, request)
    let modelURL = request.model ?? definition.model.map { entry.file($0) }
    guard let modelURL else {
      throw EspalierError.missing(what: "which model to compress", option: "--model FILE")
    }
    guard let data = definition.data else {
      throw EspalierError.missing(what: "which data to use", option: "--data SPEC")
    }
    definition.model = modelURL.absoluteURL.standardizedFileURL.path
    self.definition = definition
    model = try ModelFile(modelURL)
    pool = WorkerPool(threads: request.threads)
    streams = RandomStreams(seed: UInt64(request.seed))
    let images = try SearchImages(data, definition, streams: streams)
    let plain = ClassificationEvaluator(
      images.validation, preprocessing: definition.preprocessing, batch: definition.batch,
      pool: pool)
    validation = ClassificationEvaluator(
      images.validation, preprocessing: definition.preprocessing, batch: definition.batch,
      screeningImages: definition.screeningImages, memory: PrefixMemory(),
      reference: definition.metric == .agreement
        ? try ClassProbabilities(of: model.graph, plain) : nil, pool: pool)
    test = images.test.map { [definition, pool] in
      ClassificationEvaluator(
        $0, preprocessing: definition.preprocessing, batch: definition.batch, pool: pool)
    }
    // A network that cannot be measured is told of before anything is computed.
    try validation.check(model.graph)
    let context = EvaluatorContext(
      images: images.validation, preprocessing: definition.preprocessing, batch: definition.batch,
      options: definition.evaluator?.options ?? [:], pool: pool)
    evaluator = try definition.evaluator?.make(context, folder: entry.folder) ?? validation
    fineTuning = try definition.fineTuning.flatMap { [model, validation, test, streams, pool] in
      guard let training = images.fineTuning else { return nil }
      return try FineTuning(
        $0, images: training, preprocessing: definition.preprocessing, original: model.graph,
        validation: validation, test: test, streams: streams, pool: pool)
    }
    if let weights = definition.weights {
      (channels, bits, device) = (nil, nil, nil)
      let graph = model.graph.unsharingParameters()
      problem = try Self.problem(stage: 0, of: weights, on: graph, definition, evaluator)
      let smallest = weights.smallestAction(in: graph)
      environment = { AMCEnvironment($0, smallestKeep: smallest) }
    } else {
      let parts = SearchParts(
        definition: definition, graph: model.graph, calibration: images.calibration,
        device: try definition.device.map {
          try DeviceCatalog(own: request.deviceFolders).pricingDevice($0)
        },
        training: try EpisodeTraining(
          definition, images: images.fineTuning, original: model.graph, streams: streams,
          pool: pool), streams: streams, pool: pool)
      device = parts.device?.name
      let channels = definition.kind == .haq ? nil : try parts.channels()
      var bits = try definition.quantization.map { try parts.bits($0, channels: channels) }
      problem = try parts.problem(channels, bits, original: model.graph, evaluator: evaluator)
      try bits?.refine(rounds: definition.quantization?.sensitivityRounds ?? 0, for: problem)
      (self.channels, self.bits) = (channels, bits)
      let smallest = definition.smallestKeep
      environment = bits?.environment ?? { AMCEnvironment($0, smallestKeep: smallest) }
    }
    calibrationRecord = CompressionPolicy.Calibration(
      data: images.name, images: images.calibration.count,
      sha256: Fingerprint.of(images.calibration),
      positions: definition.pruning.positionsPerImage,
      preprocessing: definition.preprocessing.record, seed: request.seed)
  }

  /// The problem of one stage of a search for densities.
  ///
  /// - Parameters:
  ///   - graph: the network as it stands.
  ///   - original: the cost of the network that the search began with; nil in the first stage.
  /// - Throws: `CompressionError.nothingToPrune`, `unreachableBudget` with the smallest density.
  static func problem(
    stage: Int, of weights: WeightPruningSettings, on graph: Graph, original: NetworkCost? = nil,
    _ definition: EnvironmentDefinition, _ evaluator: any Evaluator
  ) throws -> SearchProblem {
    let space = try WeightSpace(graph, original: original, smallest: weights.smallest)
    let limit = try space.limit(density: weights.stages[stage])
    if stage == 0 { try space.check(stages: weights.stages) }
    return try SearchProblem(
      space, limits: { _ in [limit] }, reward: definition.reward, evaluator: evaluator)
  }

  /// The definition with what the command line says laid over it.
  private static func definition(
    _ original: EnvironmentDefinition, _ request: SearchRequest
  ) throws -> EnvironmentDefinition {
    var definition = original
    if !request.budgets.isEmpty {
      if definition.weights == nil {
        definition.budgets = try Budget.list(request.budgets)
      } else {
        definition.weights?.stages = try WeightPruningSettings.stages(of: request.budgets)
      }
    }
    if let episodes = request.episodes {
      guard episodes > 0 else {
        throw EspalierError.setting(
          name: "--episodes", expected: "a positive number", found: "\(episodes)")
      }
      definition.episodes = episodes
    }
    if let data = request.data {
      definition.data = try DataSpecification(data).absolute.description
    }
    if let batch = request.batch { definition.batch = max(1, batch) }
    if let device = request.device { definition.device = device }
    return definition
  }
}
