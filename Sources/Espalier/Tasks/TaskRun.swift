import CompressionPolicies
import Foundation
import Interchange
import Reinforcement
import Tensors

/// Learns a task from a request to a run directory.
///
/// The directory holds `environment.json`, `run.json`, `episodes.jsonl` (a line for each episode),
/// `steps.jsonl` (the same episodes step by step: the checkpoint), `agent.json` and `summary.json`. A run
/// that goes on repeats what the agent did from its seed, with the recorded steps in place of the environment.
public struct TaskRun {
  private let task: LearningTask
  private let request: SearchRequest
  private let directory: RunDirectory
  private let definition: TaskDefinition

  /// Runs a task, or the rest of it.
  ///
  /// - Parameter onProgress: called after each episode.
  /// - Throws: a typed error with one sentence; everything learned so far is then saved.
  public static func run(
    _ task: LearningTask, _ request: SearchRequest,
    onProgress: (SearchProgress) -> Void = { _ in }
  ) throws -> TaskResult {
    try refuseForeignOptions(request)
    var definition = task.definition
    if let episodes = request.episodes { (definition.episodes, definition.steps) = (episodes, nil) }
    let directory =
      try request.output.map { RunDirectory($0) }
      ?? .fresh("\(definition.name)-\(request.agent)-\(request.seed)")
    if !request.resume, directory.hasEpisodes {
      throw EspalierError.runExists(folder: directory.folder.path)
    }
    let lock = try directory.claim()
    defer { withExtendedLifetime(lock) {} }
    let run = TaskRun(
      task: task, request: request, directory: directory, definition: definition)
    return try run.learn(onProgress: onProgress)
  }

  private static func refuseForeignOptions(_ request: SearchRequest) throws(EspalierError) {
    guard ["ddpg", "random"].contains(request.agent) else {
      throw .unknownAgent(name: request.agent, known: ["ddpg", "random"])
    }
    let options: [(String, Bool)] = [
      ("--model", request.model != nil), ("--data", request.data != nil),
      ("--budget", !request.budgets.isEmpty), ("--device", request.device != nil),
      ("--agent-from", request.agentFrom != nil), ("--batch", request.batch != nil),
    ]
    for (option, isGiven) in options where isGiven {
      throw .setting(
        name: option, expected: "an environment that compresses a network",
        found: "a task to learn")
    }
    guard request.seed >= 0 else {
      throw .setting(name: "--seed", expected: "a number from 0 on", found: "\(request.seed)")
    }
  }

  // MARK: - Learning

  private func learn(onProgress: (SearchProgress) -> Void) throws -> TaskResult {
    let streams = RandomStreams(seed: UInt64(request.seed))
    let recorded = try begin()
    let inner = try task.environment(streams: streams)
    let environment = RecordedEnvironment(
      inner, recorded: recorded, folder: directory.folder.path,
      longest: definition.steps ?? .max)
    defer { inner.close() }
    let agent = try agent(in: environment, streams)
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    return try directory.savingRun {
      var result = try episodes(loop, environment, recorded.count, onProgress)
      if let ddpg = agent as? DDPGAgent {
        try AtomicFile.write(Data(AgentFile.text(ddpg.state).utf8), to: directory.agent)
      }
      result.evaluation = try evaluate(loop)
      try AtomicFile.write(
        Data(CanonicalJSON.file(result.summary).utf8), to: directory.summary)
      return result
    }
  }

  private func agent(in environment: any Environment, _ streams: RandomStreams) throws -> any Agent
  {
    guard request.agent == "ddpg" else {
      return try RandomAgent(actionSpace: environment.actionSpace, streams: streams)
    }
    return try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: definition.agent.resolved(steps: 0), streams: streams,
      pool: WorkerPool(threads: request.threads))
  }

  private func episodes(
    _ loop: EpisodeLoop, _ environment: RecordedEnvironment, _ known: Int,
    _ onProgress: (SearchProgress) -> Void
  ) throws -> TaskResult {
    let journal = try LineJournal(directory.episodes())
    let steps = try LineJournal(stepsFile)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let start = ContinuousClock.now
    var result = TaskResult(run: directory, agent: request.agent)
    try loop.run(episodes: 0..<definition.episodes) { record in
      if record.episode >= known, let episode = environment.episode {
        try steps.append(String(decoding: encoder.encode(episode), as: UTF8.self))
      }
      try journal.take(Self.line(record), at: record.episode, folder: directory.folder.path)
      result.returns.append(record.return)
      result.steps += record.steps.count
      onProgress(
        SearchProgress(
          agent: request.agent, episode: record.episode + 1,
          episodes: expectedEpisodes(result), reward: record.return, best: result.returns.max(),
          seconds: (ContinuousClock.now - start) / .seconds(1)))
      if Interruption.isRequested {
        throw EspalierError.interrupted(folder: directory.folder.path)
      }
      return definition.steps.map { result.steps < $0 } ?? true
    }
    return result
  }

  /// How many episodes there will be: exactly, or as long as those so far.
  private func expectedEpisodes(_ result: TaskResult) -> Int {
    guard let steps = definition.steps, result.steps > 0 else { return definition.episodes }
    let length = Double(result.steps) / Double(result.returns.count)
    return max(result.returns.count, Int((Double(steps) / length).rounded(.up)))
  }

  private func evaluate(_ loop: EpisodeLoop) throws -> [Double] {
    try (0..<definition.evaluationEpisodes).map {
      try loop.runEpisode($0, exploring: false).return
    }
  }

  private static func line(_ record: EpisodeRecord) throws -> String {
    try CanonicalJSON.line([
      "episode": record.episode.json, "seed": .integer(Int(clamping: record.seed)),
      "steps": record.steps.count.json, "return": record.return.json,
      "terminated": .bool(record.terminated),
      "info": .object(record.finalInfo.mapValues(\.json)),
    ])
  }

  // MARK: - Files

  private var stepsFile: URL { directory.folder.appendingPathComponent("steps.jsonl") }

  /// Writes what the run is, or holds it against what stands there; returns the recorded episodes.
  private func begin() throws -> [RecordedEnvironment.Episode] {
    let isResumed = directory.hasEpisodes
    if !isResumed { try? FileManager.default.removeItem(at: stepsFile) }
    let description: JSONValue = ["agent": request.agent.json, "seed": request.seed.json]
    for (url, value) in [
      (directory.environment, definition.json), (directory.description, description),
    ] {
      if isResumed { try directory.compare(url, with: value) }
      try AtomicFile.write(Data(CanonicalJSON.file(value).utf8), to: url)
    }
    let decoder = JSONDecoder()
    return try LineJournal.lines(stepsFile).map { line in
      do {
        return try decoder.decode(RecordedEnvironment.Episode.self, from: line)
      } catch {
        throw EspalierError.otherRun(
          folder: directory.folder.path, reason: "steps.jsonl holds a line that is no episode")
      }
    }
  }
}
