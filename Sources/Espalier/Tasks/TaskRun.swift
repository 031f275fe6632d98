import CompressionPolicies
import Foundation
import Interchange
import Reinforcement
import Tensors

/// Learns a task from a request to a run directory.
///
/// The directory holds `environment.json`, `run.json`, `episodes.jsonl` (a line for each episode),
/// `steps.jsonl` (the same episodes step by step), `checkpoint/`, `agent.json` and `summary.json`. A run that
/// goes on takes the agent as the last checkpoint has it and repeats what it did since, with the recorded steps
/// in place of the environment; with no checkpoint it repeats everything from the seed.
public struct TaskRun {
  private let task: LearningTask
  private let request: SearchRequest
  private let directory: RunDirectory
  private let definition: TaskDefinition
  private let onNotice: (String) -> Void

  /// Runs a task, or the rest of it.
  ///
  /// - Parameters:
  ///   - onProgress: called after each episode.
  ///   - onNotice: called with a sentence for what a run that goes on cannot use.
  /// - Throws: a typed error with one sentence; everything learned so far is then saved.
  public static func run(
    _ task: LearningTask, _ request: SearchRequest,
    onProgress: (SearchProgress) -> Void = { _ in },
    onNotice: @escaping (String) -> Void = { _ in }
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
      task: task, request: request, directory: directory, definition: definition,
      onNotice: onNotice)
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
    let checkpoints = try begin()
    let inner = try task.environment(streams: streams)
    defer { inner.close() }
    let journal = try TaskJournal(directory)
    let usable = checkpoints.folder.newestFirst(upTo: journal.known, otherwise: Self.replay)
    return try directory.savingRun {
      for checkpoint in usable {
        let agent = try agent(in: inner, streams)
        do {
          try agent.restore(checkpoint.payload)
        } catch let error as AgentCheckpointError {
          checkpoints.folder.tell(
            checkpoint, "cannot be used (\(error))", otherwise: Self.replay)
          continue
        }
        return try learn(
          agent, in: inner, journal, from: checkpoint.position, checkpoints, streams, onProgress)
      }
      return try learn(
        agent(in: inner, streams), in: inner, journal, from: 0, checkpoints, streams, onProgress)
    }
  }

  private static let replay = "the journal is replayed"

  /// Learns from an episode on, and measures what was learned.
  private func learn(
    _ agent: any ResumableAgent, in inner: any Environment, _ journal: TaskJournal,
    from first: Int, _ checkpoints: Checkpoints, _ streams: RandomStreams,
    _ onProgress: (SearchProgress) -> Void
  ) throws -> TaskResult {
    let environment = RecordedEnvironment(
      inner, recorded: try journal.steps(from: first), folder: directory.folder.path,
      longest: definition.steps ?? .max)
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    var result = try TaskResult(run: directory, agent: request.agent, journal.results(first))
    try episodes(loop, environment, journal, agent, checkpoints, &result, onProgress)
    if let ddpg = agent as? DDPGAgent {
      try AtomicFile.write(Data(AgentFile.text(ddpg.state).utf8), to: directory.agent)
    }
    result.evaluation = try evaluate(loop)
    try AtomicFile.write(Data(CanonicalJSON.file(result.summary).utf8), to: directory.summary)
    return result
  }

  private func agent(
    in environment: any Environment, _ streams: RandomStreams
  ) throws -> any ResumableAgent {
    guard request.agent == "ddpg" else {
      return try RandomAgent(actionSpace: environment.actionSpace, streams: streams)
    }
    return try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: definition.agent.resolved(steps: 0), streams: streams,
      pool: WorkerPool(threads: request.threads))
  }

  private func episodes(
    _ loop: EpisodeLoop, _ environment: RecordedEnvironment, _ journal: TaskJournal,
    _ agent: any ResumableAgent, _ checkpoints: Checkpoints, _ result: inout TaskResult,
    _ onProgress: (SearchProgress) -> Void
  ) throws {
    var clock = checkpoints.clock
    let events = try EpisodeEvents(request.agent, run: directory)
    let start = ContinuousClock.now
    var last = start
    var (best, measured) = (result.returns.max(), 0)
    let first = result.returns.count
    guard goesOn(result) else { return }
    try loop.run(episodes: min(first, definition.episodes)..<definition.episodes) { record in
      let isNew = try journal.take(record, environment.episode)
      measured += isNew ? 1 : 0
      let now = ContinuousClock.now
      try events.append(record, agent: agent, seconds: isNew ? (now - last) / .seconds(1) : nil)
      last = now
      result.returns.append(record.return)
      result.steps += record.steps.count
      best = max(best ?? record.return, record.return)
      var progress = SearchProgress(
        agent: request.agent, episode: record.episode + 1, episodes: expectedEpisodes(result),
        reward: record.return, best: best, seconds: (ContinuousClock.now - start) / .seconds(1))
      progress.measured = measured
      progress.noise = (agent as? DDPGAgent)?.explorationDeviation
      onProgress(progress)
      let goesOn = goesOn(result)
      let count = record.episode + 1
      let isLast = !goesOn || Interruption.isRequested || count == definition.episodes
      try clock.write(after: count, always: isLast) {
        try journal.synchronize()
        try checkpoints.folder.write(agent.checkpoint(), position: count)
      }
      if Interruption.isRequested {
        throw EspalierError.interrupted(folder: directory.folder.path)
      }
      return goesOn
    }
  }

  /// Whether steps are left to learn from.
  private func goesOn(_ result: TaskResult) -> Bool {
    definition.steps.map { result.steps < $0 } ?? true
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

  // MARK: - Files

  /// Where the run's agent is saved, and when.
  private struct Checkpoints {
    let folder: CheckpointFolder
    let clock: CheckpointClock
  }

  /// Writes what the run is, or holds it against what stands there.
  private func begin() throws -> Checkpoints {
    let isResumed = directory.hasEpisodes
    if !isResumed {
      for url in [TaskJournal.steps(directory), directory.checkpoints, directory.tensorBoard] {
        try? FileManager.default.removeItem(at: url)
      }
    }
    let description: JSONValue = ["agent": request.agent.json, "seed": request.seed.json]
    let texts = try [
      (directory.environment, definition.json), (directory.description, description),
    ].map { url, value in
      if isResumed { try directory.compare(url, with: value) }
      let text = try CanonicalJSON.file(value)
      try AtomicFile.write(Data(text.utf8), to: url)
      return text
    }
    let rule = CheckpointRule(
      of: texts, episodes: request.checkpointEpisodes, onNotice: onNotice)
    return Checkpoints(folder: rule.folder(directory, "agent"), clock: rule.clock())
  }
}
