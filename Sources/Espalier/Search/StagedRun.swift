import Compression
import CompressionEnvironments
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Tensors

/// A search for densities, stage by stage.
///
/// Each stage searches on the network as the stage before left it, without training; its best candidate
/// is then trained with its zeros held, and the next stage begins there. Every agent of a stage searches
/// the same network; the run's own decides what it becomes.
///
/// Stage n has a folder `stage<n>` with journals as in a run's. What makes it whole is `stage.json`, written
/// after `fine-tuned.onnx`: a run that goes on replays the journals, takes finished stages' networks from
/// their files and does the rest. A stage always begins with the network as read from the file.
///
/// Stage n draws from the streams `stage n/…` and `fine-tuning/stage n/…`; the original network, trained
/// for as long, from `fine-tuning/original/stage n/…`.
struct StagedRun {
  private let setup: SearchSetup
  private let request: SearchRequest
  private let directory: RunDirectory
  private let checkpoints: CheckpointRule
  private let transfer: AgentTransfer?

  /// A staged search.
  ///
  /// - Parameter transfer: the trained agent that every stage begins with.
  init(
    _ setup: SearchSetup, _ request: SearchRequest, _ directory: RunDirectory,
    _ checkpoints: CheckpointRule, from transfer: AgentTransfer?
  ) {
    self.setup = setup
    self.request = request
    self.directory = directory
    self.checkpoints = checkpoints
    self.transfer = transfer
  }

  private var densities: [Double] { setup.definition.weights?.stages ?? [] }

  /// A stage that was searched and trained.
  private struct Finished {
    let number: Int
    let problem: SearchProblem
    let runs: [AgentRun]
    let best: SearchEpisode
    /// The best candidate as it was rewarded.
    let candidate: Graph
    /// The same after fine-tuning; nil where there was none.
    let tuned: Graph?
    let record: StageRecord
  }

  /// Runs all stages, or the rest of them, and writes the run's files.
  ///
  /// - Throws: what a search throws; `CompressionError.unreachableBudget` when a stage would have to take
  ///   more than its bounds allow.
  func run(
    _ names: [String], onProgress: (SearchProgress) -> Void,
    onFineTuning: (FineTuningProgress) -> Void
  ) throws -> SearchResult {
    var stages: [Finished] = []
    for index in densities.indices {
      stages.append(
        try stage(
          index, after: stages.last, names, onProgress: onProgress, onFineTuning: onFineTuning))
    }
    return try write(stages, onFineTuning: onFineTuning)
  }

  // MARK: - One stage

  private func stage(
    _ index: Int, after previous: Finished?, _ names: [String],
    onProgress: (SearchProgress) -> Void, onFineTuning: (FineTuningProgress) -> Void
  ) throws -> Finished {
    let number = index + 1
    let folder = directory.stage(number)
    _ = try OutputFolder(folder.folder.path)
    let problem = try problem(index, after: previous)
    var runs: [AgentRun] = []
    for (position, name) in names.enumerated() {
      var run = AgentRun(
        name, episodes: setup.definition.episodes, run: folder, part: "stage \(number)",
        agentFile: position > 0 ? nil : directory.agent, checkpoints: checkpoints)
      if densities.count > 1 { run.label = "\(name), stage \(number)/\(densities.count)" }
      try run.run(
        setup, problem, streams: setup.streams.under("stage \(number)"),
        folder: directory.folder.path, from: position > 0 ? nil : transfer, onProgress: onProgress)
      runs.append(run)
    }
    guard let best = runs.first?.best else {
      throw EspalierError.setting(
        name: "--episodes", expected: "enough for a candidate within the budget",
        found: "\(setup.definition.episodes)")
    }
    let candidate = try problem.network(best.candidate.choices)
    let (tuned, record) = try finish(
      candidate, best, problem, density: densities[index], number: number,
      onFineTuning: onFineTuning)
    return Finished(
      number: number, problem: problem, runs: runs, best: best, candidate: candidate,
      tuned: tuned, record: record)
  }

  private func problem(_ index: Int, after previous: Finished?) throws -> SearchProblem {
    guard let previous, let weights = setup.definition.weights else { return setup.problem }
    return try SearchSetup.problem(
      stage: index, of: weights, on: previous.tuned ?? previous.candidate,
      original: setup.problem.originalCost, setup.definition, setup.evaluator)
  }

  /// Trains the best candidate where the environment asks for it, unless its folder says it was.
  private func finish(
    _ candidate: Graph, _ best: SearchEpisode, _ problem: SearchProblem, density: Double,
    number: Int, onFineTuning: (FineTuningProgress) -> Void
  ) throws -> (tuned: Graph?, record: StageRecord) {
    let folder = directory.stage(number)
    func record(_ fineTunedValidation: Double?) -> StageRecord {
      StageRecord(
        density: density, episode: best.index, weights: best.candidate.choices,
        of: (problem.space as? WeightSpace)?.weightCount ?? 0, reward: best.candidate.reward,
        validation: best.candidate.accuracy, fineTunedValidation: fineTunedValidation)
    }
    guard let tuning = setup.fineTuning else {
      try write(record(nil).json, to: folder.stage)
      return (nil, record(nil))
    }
    if let known: StageRecord = read(folder.stage), known == record(known.fineTunedValidation),
      known.fineTunedValidation != nil,
      let tuned = try? ONNXFile.read(folder.fineTuned).graph
    {
      return (tuned, known)
    }
    let trained = try tuning.train(
      candidate, "stage \(number)/\(densities.count)", epochs: epochs(number, tuning),
      path: "stage \(number)", masks: candidate.zeroMasks(), in: directory, checkpoints,
      onProgress: onFineTuning)
    try ONNXFile.write(trained, to: folder.fineTuned)
    let tuned = try ONNXFile.read(folder.fineTuned).graph
    let own = record(try setup.validation.evaluate(tuned))
    try write(own.json, to: folder.stage)
    return (tuned, own)
  }

  private func epochs(_ number: Int, _ tuning: FineTuning) -> Int {
    number == densities.count ? tuning.settings.finalEpochs : tuning.settings.epochs
  }

  // MARK: - The run's files

  /// Writes `compressed.onnx`, `fine-tuned.onnx`, `stages.json`, `policy.json` and `summary.json`.
  private func write(
    _ stages: [Finished], onFineTuning: (FineTuningProgress) -> Void
  ) throws -> SearchResult {
    guard let last = stages.last, let own = last.runs.first else {
      throw EspalierError.setting(name: "stages", expected: "a density", found: "none")
    }
    let record = try record(stages, last, onFineTuning: onFineTuning)
    let agents = try setup.results(last.runs, of: last.problem)
    let episodes = stages.reduce(0) { $0 + ($1.runs.first?.count ?? 0) }
    let policy = try CompressionPolicy(
      densitiesOf: last.candidate, setup: setup,
      search: CompressionPolicy.Search(
        agent: own.name, seed: request.seed, episodes: episodes,
        reward: last.best.candidate.reward),
      original: NetworkFigures(
        setup.model.graph, validation: setup.evaluator.evaluate(setup.model.graph),
        top1: setup.test?.evaluate(setup.model.graph), fineTuned: record.originalTop1),
      compressed: NetworkFigures(
        NetworkCost(sparse: last.candidate), validation: last.best.candidate.accuracy,
        top1: agents.first?.test, fineTuned: record.top1))
    if let tuned = last.tuned { try ONNXFile.write(tuned, to: directory.fineTuned) }
    return try setup.write(
      last.candidate, policy, reward: last.best.candidate.reward, agents: agents,
      episodes: episodes, seconds: stages.flatMap { $0.runs.first?.measuredSeconds ?? [] },
      stages: record.stages, to: directory)
  }

  /// What the stages came to on the test images; taken from the file where a finished run left it.
  private func record(
    _ stages: [Finished], _ last: Finished, onFineTuning: (FineTuningProgress) -> Void
  ) throws -> StagesRecord {
    let own = stages.map(\.record)
    if let known: StagesRecord = read(directory.stages), known.stages == own {
      setup.fineTuning?.forget(in: directory)
      return known
    }
    var (top1, originalTop1): (Double?, Double?) = (nil, nil)
    if let tuning = setup.fineTuning, let test = setup.test, let tuned = last.tuned {
      top1 = try test.evaluate(tuned)
      var original = setup.model.graph
      for stage in stages {
        original = try tuning.train(
          original, "the original network", epochs: epochs(stage.number, tuning),
          path: "original/stage \(stage.number)", in: directory, checkpoints,
          onProgress: onFineTuning)
      }
      originalTop1 = try test.evaluate(original)
    }
    let record = StagesRecord(stages: own, top1: top1, originalTop1: originalTop1)
    try write(record.json, to: directory.stages)
    setup.fineTuning?.forget(in: directory)
    return record
  }

  private func read<Record: JSONRepresentable>(_ url: URL) -> Record? {
    guard let bytes = FileManager.default.contents(atPath: url.path),
      let value = try? CanonicalJSON.parse(bytes: bytes)
    else { return nil }
    return try? Record(JSONReader(value))
  }

  private func write(_ json: JSONValue, to url: URL) throws {
    try AtomicFile.write(Data(CanonicalJSON.file(json).utf8), to: url)
  }
}
