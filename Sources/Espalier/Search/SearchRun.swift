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
  ///   - onNotice: called with a sentence for what a run that goes on cannot use.
  /// - Throws: a typed error with one sentence; `EspalierError.interrupted` when asked to stop, with
  ///   everything measured so far saved.
  public static func run(
    _ request: SearchRequest, onProgress: (SearchProgress) -> Void = { _ in },
    onFineTuning: (FineTuningProgress) -> Void = { _ in },
    onNotice: @escaping (String) -> Void = { _ in }
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
    let texts = try begin(directory, setup, request, transfer)
    let checkpoints = CheckpointRule(
      of: texts, episodes: request.checkpointEpisodes, onNotice: onNotice)
    return try directory.savingRun {
      try agents(
        setup, request, directory, checkpoints, transfer, onProgress: onProgress,
        onFineTuning: onFineTuning)
    }
  }

  /// Runs every agent and writes the run's files.
  private static func agents(
    _ setup: SearchSetup, _ request: SearchRequest, _ directory: RunDirectory,
    _ checkpoints: CheckpointRule, _ transfer: AgentTransfer?,
    onProgress: (SearchProgress) -> Void, onFineTuning: (FineTuningProgress) -> Void
  ) throws -> SearchResult {
    let names = [request.agent] + setup.definition.baselines.filter { $0 != request.agent }
    guard setup.definition.weights == nil else {
      return try StagedRun(setup, request, directory, checkpoints, from: transfer).run(
        names, onProgress: onProgress, onFineTuning: onFineTuning)
    }
    var runs: [AgentRun] = []
    for (position, name) in names.enumerated() {
      var run = AgentRun(
        name, episodes: setup.definition.episodes, run: directory,
        agentFile: position > 0 ? nil : directory.agent, checkpoints: checkpoints)
      try run.run(
        setup, setup.problem, streams: setup.streams, folder: directory.folder.path,
        from: position > 0 ? nil : transfer, onProgress: onProgress)
      runs.append(run)
    }
    return try SearchOutcome(setup, request, directory, checkpoints)
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

  /// Writes what the run is, or holds it against what stands there; gives what says that.
  private static func begin(
    _ directory: RunDirectory, _ setup: SearchSetup, _ request: SearchRequest,
    _ transfer: AgentTransfer?
  ) throws -> [String] {
    let isResumed = directory.hasEpisodes
    if !isResumed {
      // Left by a run whose journal was taken away: they say nothing about this one.
      let left = [
        directory.fineTuning, directory.stages, directory.agent, directory.agentFrom,
        directory.sensitivity, directory.tensorBoard,
      ]
      for url in left + directory.stageRecords + directory.checkpointFolders {
        try? FileManager.default.removeItem(at: url)
      }
      if let transfer { try AtomicFile.write(transfer.bytes, to: directory.agentFrom) }
      if let record = setup.bits.flatMap({ SensitivityRecord($0) }) {
        try AtomicFile.write(
          Data(CanonicalJSON.file(record.json).utf8), to: directory.sensitivity)
      }
    }
    let description: JSONValue = .object(omittingNil: [
      "agent": request.agent.json, "seed": request.seed.json,
      "model": CompressionPolicy.Model(file: setup.model.name, sha256: setup.model.sha256).json,
      "agentFrom": transfer.map { ["sha256": $0.sha256.json] },
    ])
    return try [
      (directory.description, description), (directory.environment, setup.definition.json),
    ].map { url, value in
      if isResumed { try directory.compare(url, with: value) }
      let text = try CanonicalJSON.file(value)
      try AtomicFile.write(Data(text.utf8), to: url)
      return text
    }
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
