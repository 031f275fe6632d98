import Compression
import CompressionEnvironments
import CompressionPolicies
import Foundation
import Interchange
import Networks

/// A search from a request to a run directory.
public enum SearchRun {
  /// Runs a search, or the rest of one.
  ///
  /// - Parameters:
  ///   - onProgress: called after each measured candidate.
  ///   - onFineTuning: called after each epoch of fine-tuning.
  /// - Throws: a typed error with one sentence; `EspalierError.interrupted` when asked to stop, with
  ///   everything measured so far saved.
  public static func run(
    _ request: SearchRequest, onProgress: (SearchProgress) -> Void = { _ in },
    onFineTuning: (FineTuningProgress) -> Void = { _ in }
  ) throws -> SearchResult {
    guard request.seed >= 0 else {
      throw EspalierError.setting(
        name: "--seed", expected: "a number from 0 on", found: "\(request.seed)")
    }
    guard SearchAgent.names.contains(request.agent) else {
      throw EspalierError.unknownAgent(name: request.agent, known: SearchAgent.names)
    }
    if let output = request.output { try refuseOther(RunDirectory(output), request) }
    let transfer = try AgentTransfer.find(request)
    let setup = try SearchSetup(request)
    try transfer?.check(setup)
    let directory = try directory(for: request)
    let lock = try directory.claim()
    defer { withExtendedLifetime(lock) {} }
    try refuseOther(directory, request)
    try begin(directory, setup, request, transfer)
    return try directory.savingRun {
      try agents(
        setup, request, directory, transfer, onProgress: onProgress, onFineTuning: onFineTuning)
    }
  }

  /// Runs every agent and writes the run's files.
  private static func agents(
    _ setup: SearchSetup, _ request: SearchRequest, _ directory: RunDirectory,
    _ transfer: AgentTransfer?, onProgress: (SearchProgress) -> Void,
    onFineTuning: (FineTuningProgress) -> Void
  ) throws -> SearchResult {
    let names = [request.agent] + setup.definition.baselines.filter { $0 != request.agent }
    guard setup.definition.weights == nil else {
      return try StagedRun(setup, request, directory, from: transfer).run(
        names, onProgress: onProgress, onFineTuning: onFineTuning)
    }
    var runs: [AgentRun] = []
    for (position, name) in names.enumerated() {
      var run = AgentRun(
        name, episodes: setup.definition.episodes, run: directory,
        agentFile: position > 0 ? nil : directory.agent)
      try run.run(
        setup, setup.problem, streams: setup.streams, folder: directory.folder.path,
        from: position > 0 ? nil : transfer, onProgress: onProgress)
      runs.append(run)
    }
    return try SearchOutcome(setup, request, directory)
      .write(runs, onFineTuning: onFineTuning)
  }

  private static func directory(for request: SearchRequest) throws -> RunDirectory {
    if let output = request.output { return RunDirectory(output) }
    var base = URL(fileURLWithPath: request.environment)
    if base.lastPathComponent == EnvironmentCatalog.file { base.deleteLastPathComponent() }
    let name = base.deletingPathExtension().lastPathComponent
    return try RunDirectory.fresh("\(name)-\(request.agent)-\(request.seed)")
  }

  /// A folder that holds episodes is only touched by who asks to go on with it.
  private static func refuseOther(
    _ directory: RunDirectory, _ request: SearchRequest
  ) throws(EspalierError) {
    if !request.resume, directory.hasEpisodes {
      throw .runExists(folder: directory.folder.path)
    }
  }

  /// Writes what the run is, or holds it against what stands there.
  private static func begin(
    _ directory: RunDirectory, _ setup: SearchSetup, _ request: SearchRequest,
    _ transfer: AgentTransfer?
  ) throws {
    let isResumed = directory.hasEpisodes
    if !isResumed {
      // Left by a run whose journal was taken away: they say nothing about this one.
      let left = [directory.fineTuning, directory.stages, directory.agent, directory.agentFrom]
      for url in left + directory.stageRecords { try? FileManager.default.removeItem(at: url) }
      if let transfer { try AtomicFile.write(transfer.bytes, to: directory.agentFrom) }
    }
    let description: JSONValue = .object(omittingNil: [
      "agent": request.agent.json, "seed": request.seed.json,
      "model": CompressionPolicy.Model(file: setup.model.name, sha256: setup.model.sha256).json,
      "agentFrom": transfer.map { ["sha256": $0.sha256.json] },
    ])
    for (url, value) in [
      (directory.description, description), (directory.environment, setup.definition.json),
    ] {
      if isResumed { try directory.compare(url, with: value) }
      try AtomicFile.write(Data(CanonicalJSON.file(value).utf8), to: url)
    }
  }
}

/// Turns the agents' best candidates into the run's files.
struct SearchOutcome {
  private let setup: SearchSetup
  private let request: SearchRequest
  private let directory: RunDirectory

  init(_ setup: SearchSetup, _ request: SearchRequest, _ directory: RunDirectory) {
    self.setup = setup
    self.request = request
    self.directory = directory
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
    try ONNXFile.write(graph, to: directory.compressed)
    try AtomicFile.write(Data(policy.fileText().utf8), to: directory.policy)
    let measured = own.measuredSeconds
    let result = SearchResult(
      run: directory, policy: policy, reward: best.candidate.reward,
      originalReward: setup.problem.worth(
        policy.original.validation ?? 0, setup.problem.originalCost),
      agents: agents, episodes: own.count,
      secondsPerEpisode: measured.isEmpty
        ? nil : measured.reduce(0, +) / Double(measured.count),
      fineTuning: tuning?.record)
    try AtomicFile.write(
      Data(CanonicalJSON.file(.array(agents.map(\.json))).utf8), to: directory.summary)
    return result
  }

  /// Trains the best candidates further where the environment asks for it.
  private func fineTune(
    _ run: AgentRun, onProgress: (FineTuningProgress) -> Void
  ) throws -> (record: FineTuningRecord, survivor: SearchEpisode)? {
    guard let tuning = setup.fineTuning else { return nil }
    let finalists = run.leaders(tuning.settings.candidates)
    let record = try tuning.run(
      finalists, in: directory, network: setup.trainable,
      ties: { [setup] in setup.bits?.ties(of: $0) ?? ParameterTies() }, onProgress: onProgress)
    return (record, finalists[record.survivor])
  }
}

extension SearchSetup {
  /// The agents' best candidates, measured on the test images, each beside the run's own.
  func results(
    _ runs: [AgentRun], of problem: SearchProblem
  ) throws -> [SearchResult.AgentResult] {
    var own: [Bool]?
    return try runs.map { run in
      guard let best = run.best else {
        throw EspalierError.setting(
          name: "--episodes", expected: "enough for '\(run.name)' to meet the budget",
          found: "\(run.episodes)")
      }
      let outcome = try test?.measure(problem.network(best.candidate.choices))
      defer { own = own ?? outcome?.isRight }
      return SearchResult.AgentResult(
        agent: run.name, evaluations: run.count, validation: best.candidate.accuracy,
        test: outcome?.top1, reward: best.candidate.reward, cost: best.candidate.cost,
        paired: try outcome.flatMap { other in
          try own.map { try PairedComparison($0, other.isRight) }
        })
    }
  }
}

extension SearchResult.AgentResult {
  /// The row as JSON.
  var json: JSONValue {
    .object(omittingNil: [
      "agent": agent.json, "evaluations": evaluations.json, "validation": validation.json,
      "test": test?.json, "reward": reward.json, "cost": cost.json, "paired": paired?.json,
    ])
  }
}

extension PairedComparison {
  /// The images that tell two networks apart, in the view of the run's own agent.
  var json: JSONValue {
    ["ownOnly": firstOnly.json, "otherOnly": secondOnly.json, "pValue": pValue.json]
  }
}

extension SearchResult {
  /// What `search --json` prints.
  public var json: JSONValue {
    [
      "run": run.folder.path.json, "policy": run.policy.path.json,
      "best": Self.figures(policy.compressed, reward: reward),
      "original": Self.figures(policy.original, reward: originalReward),
      "agents": .array(agents.map(\.json)), "episodes": episodes.json,
      "secondsPerEpisode": secondsPerEpisode?.json ?? .null,
    ]
  }

  private static func figures(_ figures: NetworkFigures, reward: Double) -> JSONValue {
    var cost = figures.json
    cost["validation"] = nil
    cost["top1"] = nil
    cost["fineTuned"] = nil
    return .object(omittingNil: [
      "reward": reward.json, "validation": figures.validation?.json, "test": figures.top1?.json,
      "fineTuned": figures.fineTuned?.json, "cost": cost,
    ])
  }
}
