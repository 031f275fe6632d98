import Compression
import CompressionEnvironments
import CompressionPolicies
import Foundation
import Interchange
import Networks

/// Turns the agents' best candidates into the run's files.
struct SearchOutcome {
  private let setup: SearchSetup
  private let request: SearchRequest
  private let directory: RunDirectory
  private let checkpoints: CheckpointRule

  init(
    _ setup: SearchSetup, _ request: SearchRequest, _ directory: RunDirectory,
    _ checkpoints: CheckpointRule
  ) {
    self.setup = setup
    self.request = request
    self.directory = directory
    self.checkpoints = checkpoints
  }

  /// Writes `compressed.onnx`, `policy.json` and `summary.json`, and what fine-tuning writes.
  ///
  /// The policy is that of the best candidate; where candidates are fine-tuned, of the one that is best
  /// after it.
  func write(
    _ runs: [AgentRun], onFineTuning: (FineTuningProgress) -> Void
  ) throws -> SearchResult {
    guard let own = runs.first, let leader = own.best else {
      throw EspalierError.setting(
        name: "--episodes", expected: "enough for a candidate within the budget",
        found: "\(setup.definition.episodes)")
    }
    let tuning = try fineTune(own, onProgress: onFineTuning)
    let best = tuning?.survivor ?? leader
    let agents = try setup.results(runs, of: setup.problem)
    let isMeasured = best.candidate.choices == leader.candidate.choices
    let (graph, policy) = try setup.compress(
      best.candidate,
      search: CompressionPolicy.Search(
        agent: own.name, seed: request.seed, episodes: own.count, reward: best.candidate.reward),
      top1: { graph in
        isMeasured ? agents.first?.test : try setup.test?.evaluate(graph)
      }, fineTuned: tuning?.record)
    return try setup.write(
      graph, policy, reward: best.candidate.reward, agents: agents, episodes: own.count,
      seconds: own.measuredSeconds, fineTuning: tuning?.record, to: directory)
  }

  /// Trains the best candidates further where the environment asks for it.
  private func fineTune(
    _ run: AgentRun, onProgress: (FineTuningProgress) -> Void
  ) throws -> (record: FineTuningRecord, survivor: SearchEpisode)? {
    guard let tuning = setup.fineTuning else { return nil }
    let finalists = run.leaders(tuning.settings.candidates)
    let record = try tuning.run(
      finalists, in: directory, checkpoints, network: setup.trainable,
      ties: { [setup] in setup.bits?.ties(of: $0) ?? ParameterTies() }, onProgress: onProgress)
    return (record, finalists[record.survivor])
  }
}

extension SearchSetup {
  /// Writes the files that every run ends with.
  ///
  /// - Parameters:
  ///   - graph: the best candidate's network, as it was rewarded.
  ///   - seconds: of each episode that this process measured.
  /// - Throws: `FileError`, `ONNXError`; a run that goes on writes them again.
  func write(
    _ graph: Graph, _ policy: CompressionPolicy, reward: Double,
    agents: [SearchResult.AgentResult], episodes: Int, seconds: [Double],
    fineTuning: FineTuningRecord? = nil, stages: [StageRecord] = [], to directory: RunDirectory
  ) throws -> SearchResult {
    try ONNXFile.write(graph, to: directory.compressed)
    try AtomicFile.write(Data(policy.fileText().utf8), to: directory.policy)
    try AtomicFile.write(
      Data(CanonicalJSON.file(.array(agents.map(\.json))).utf8), to: directory.summary)
    return SearchResult(
      run: directory, policy: policy, reward: reward,
      originalReward: problem.worth(policy.original.validation ?? 0, problem.originalCost),
      agents: agents, episodes: episodes,
      secondsPerEpisode: seconds.isEmpty
        ? nil : seconds.reduce(0, +) / Double(seconds.count),
      fineTuning: fineTuning, stages: stages)
  }
}
