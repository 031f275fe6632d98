import CompressionEnvironments
import CompressionPolicies
import Foundation
import Interchange
import Reinforcement
import Tensors

/// One agent's part of a run: its search, its journal, its checkpoints, its best candidate.
///
/// Everything an agent does follows from the seed and from what its candidates measured. A run that goes on
/// takes the agent as the last checkpoint has it and gives it, without measuring, the measured numbers of
/// the journal that came after; with no checkpoint it does so from the beginning. Either way it stands
/// after the last whole line exactly where it stood.
struct AgentRun {
  let name: String
  let episodes: Int
  let journal: SearchJournal
  let timings: SearchJournal
  /// What progress calls the agent.
  var label: String
  /// Where what was learned is saved; nil for a baseline.
  private let agentFile: URL?
  private let directory: RunDirectory
  private let checkpoints: CheckpointFolder
  private var clock: CheckpointClock
  private(set) var best: SearchEpisode?
  private(set) var count = 0
  private var affordable: [SearchEpisode] = []
  private(set) var measuredSeconds: [Double] = []

  /// An agent's part of a run.
  ///
  /// - Parameters:
  ///   - run: the folder of its journal: the run's, or that of a stage.
  ///   - part: which part of the run it is, where there are several.
  ///   - agentFile: where what was learned is saved; nil for a baseline.
  init(
    _ name: String, episodes: Int, run: RunDirectory, part: String = "", agentFile: URL?,
    checkpoints: CheckpointRule
  ) {
    self.name = name
    self.episodes = episodes
    label = name
    let baseline = agentFile == nil ? name : nil
    journal = SearchJournal(run.episodes(baseline: baseline))
    timings = SearchJournal(run.timings(baseline: baseline))
    self.agentFile = agentFile
    directory = run
    self.checkpoints = checkpoints.folder(
      run, agentFile == nil ? "baseline-\(name)" : "agent", part)
    clock = checkpoints.clock()
  }

  /// Runs the agent from the journal's end to its own, and saves what it learned.
  ///
  /// - Parameters:
  ///   - problem: what is searched: the setup's, or that of a stage.
  ///   - streams: the random streams of the search.
  ///   - transfer: the trained agent that it begins with.
  /// - Throws: `EspalierError.otherRun` when the journal tells of another search,
  ///   `EspalierError.interrupted` when asked to stop.
  mutating func run(
    _ setup: SearchSetup, _ problem: SearchProblem, streams: RandomStreams, folder: String,
    from transfer: AgentTransfer? = nil,
    onProgress: (SearchProgress) -> Void
  ) throws {
    let agent = try SearchAgent.make(
      name, setup.definition, in: setup.environment, from: transfer?.state,
      onTrained: { [agentFile] trained in
        guard let agentFile else { return }
        try AtomicFile.write(Data(AgentFile.text(trained).utf8), to: agentFile)
      })
    var pass = try EpisodePass(
      lines: journal.lines(), output: journal.open(), clock: timings.open(), problem: problem,
      total: agent.measurements(of: episodes, problem), folder: folder,
      events: EpisodeEvents(name, run: directory))
    guard let resumable = agent as? any ResumableSearch else {
      restart(pass)
      try agent.search(problem, episodes: episodes, streams: streams) { episode in
        try take(episode, &pass, state: { nil }, onProgress: onProgress)
        return true
      }
      return try pass.output.synchronize()
    }
    func search(from position: SearchPosition?) throws {
      restart(pass)
      if let position { try skip(position.episodes, pass) }
      try resumable.search(problem, episodes: episodes, streams: streams, from: position) {
        try take($0, &pass, state: $1, onProgress: onProgress)
        return true
      }
      try pass.output.synchronize()
    }
    let usable = checkpoints.newestFirst(
      upTo: min(pass.lines.count, episodes), otherwise: Self.replay)
    for checkpoint in usable {
      do {
        return try search(
          from: SearchPosition(episodes: checkpoint.position, state: checkpoint.payload))
      } catch let error as AgentCheckpointError {
        checkpoints.tell(checkpoint, "cannot be used (\(error))", otherwise: Self.replay)
      }
    }
    try search(from: nil)
  }

  private static let replay = "the journal is replayed"

  // MARK: - Episodes

  /// Begins with nothing but what the journal knows.
  private mutating func restart(_ pass: EpisodePass) {
    pass.problem.forget()
    for line in pass.lines { pass.problem.remember(line.choices, accuracy: line.accuracy) }
    (best, count, affordable) = (nil, 0, [])
  }

  /// Takes the first episodes from the journal, as they were measured.
  ///
  /// - Throws: `EspalierError.otherRun` for a line that tells another reward than its candidate has.
  private mutating func skip(_ episodes: Int, _ pass: EpisodePass) throws {
    for (index, line) in pass.lines.prefix(episodes).enumerated() {
      let known =
        line.choices.count == pass.problem.decisions.count
        ? try SearchEpisode(
          index: index, requested: line.requested,
          candidate: pass.problem.evaluate(line.choices), of: pass.problem) : nil
      guard let known, line.episode == index, line.reward == known.candidate.reward,
        line.meetsBudget == known.meetsBudget
      else { throw pass.otherWay(index, name) }
      take(known)
      // Where a process was killed between the line and its event.
      try pass.events.append(known, best: best?.candidate.reward, seconds: nil)
    }
  }

  private mutating func take(
    _ episode: SearchEpisode, _ pass: inout EpisodePass, state: () throws -> Data?,
    onProgress: (SearchProgress) -> Void
  ) throws {
    let isNew = try pass.write(episode, of: name)
    take(episode)
    let seconds = isNew ? try pass.writeTime(of: episode) : nil
    try pass.events.append(episode, best: best?.candidate.reward, seconds: seconds)
    if let seconds {
      measuredSeconds.append(seconds)
      onProgress(progress(episode, pass))
    }
    pass.beginEpisode()
    let (output, checkpoints, count) = (pass.output, checkpoints, count)
    try clock.write(after: count, always: Interruption.isRequested || count == episodes) {
      guard let state = try state() else { return }
      // What a checkpoint speaks of must be on the disk before it.
      try output.synchronize()
      try checkpoints.write(state, position: count)
    }
    if Interruption.isRequested { throw EspalierError.interrupted(folder: pass.folder) }
  }

  private mutating func take(_ episode: SearchEpisode) {
    count = episode.index + 1
    guard episode.meetsBudget else { return }
    affordable.append(episode)
    if best.map({ episode.candidate.reward > $0.candidate.reward }) ?? true { best = episode }
  }

  /// The best candidates within the budget, the best first, of equal ones the earlier; no two have
  /// the same choices.
  func leaders(_ limit: Int) -> [SearchEpisode] {
    var seen: Set<[Int]> = []
    let distinct = affordable.filter { seen.insert($0.candidate.choices).inserted }
    let ranked = distinct.sorted {
      ($1.candidate.reward, $0.index) < ($0.candidate.reward, $1.index)
    }
    return Array(ranked.prefix(limit))
  }

  private func progress(_ episode: SearchEpisode, _ pass: EpisodePass) -> SearchProgress {
    var progress = SearchProgress(
      agent: label, episode: episode.index + 1, episodes: pass.total,
      reward: episode.candidate.reward, best: best?.candidate.reward, seconds: pass.seconds)
    progress.measured = pass.measured
    if pass.measured == 1 { progress.earlier = pass.lines.map(\.reward) }
    progress.noise = episode.learning?.explorationDeviation
    progress.costs = pass.problem.limits.map { limit in
      SearchProgress.Cost(
        quantity: limit.quantity.rawValue,
        used: Double(episode.candidate.cost[limit.quantity]),
        best: best.map { Double($0.candidate.cost[limit.quantity]) }, limit: Double(limit.most))
    }
    let countsBits = pass.problem.space.choiceName == "bits"
    progress.layers =
      best.map { best in
        zip(pass.problem.decisions, zip(best.candidate.choices, best.executed)).map {
          SearchProgress.Layer(name: $0.layer, part: $1.1, bits: countsBits ? $1.0 : nil)
        }
      } ?? []
    return progress
  }
}
