import CompressionEnvironments
import CompressionPolicies
import Dispatch
import Foundation
import Interchange
import Tensors

/// One agent's part of a run: its search, its journal, its best candidate.
///
/// Everything an agent does follows from the seed and from what its candidates measured. So the journal
/// is the checkpoint: a run that goes on gives the agent the measured numbers again, without measuring,
/// and stands after the last whole line exactly where it stood.
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
  private(set) var best: SearchEpisode?
  private(set) var count = 0
  private var affordable: [SearchEpisode] = []
  private(set) var measuredSeconds: [Double] = []

  /// An agent's part of a run.
  ///
  /// - Parameters:
  ///   - run: the folder of its journal: the run's, or that of a stage.
  ///   - agentFile: where what was learned is saved; nil for a baseline.
  init(_ name: String, episodes: Int, run: RunDirectory, agentFile: URL?) {
    self.name = name
    self.episodes = episodes
    label = name
    let baseline = agentFile == nil ? name : nil
    journal = SearchJournal(run.episodes(baseline: baseline))
    timings = SearchJournal(run.timings(baseline: baseline))
    self.agentFile = agentFile
    directory = run
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
    problem.forget()
    let lines = try journal.lines()
    for line in lines { problem.remember(line.choices, accuracy: line.accuracy) }
    let output = try journal.open()
    let clock = try timings.open()
    let events = try EpisodeEvents(name, run: directory)
    let start = DispatchTime.now().uptimeNanoseconds
    var last = start
    var spent = (network: problem.networkTime, evaluation: problem.evaluationTime)
    let agent = try SearchAgent.make(
      name, setup.definition, in: setup.environment, from: transfer?.state,
      onTrained: { [agentFile] trained in
        guard let agentFile else { return }
        try AtomicFile.write(Data(AgentFile.text(trained).utf8), to: agentFile)
      })
    try agent.search(problem, episodes: episodes, streams: streams) { episode in
      let text = try SearchJournal.text(episode, choiceName: problem.space.choiceName)
      if episode.index < lines.count {
        guard lines[episode.index].text == text else {
          throw EspalierError.otherRun(
            folder: folder, reason: "episode \(episode.index) of '\(name)' went another way")
        }
      } else {
        try output.append(line: text)
      }
      let now = DispatchTime.now().uptimeNanoseconds
      take(episode)
      let isNew = episode.index >= lines.count
      try events.append(
        episode, best: best?.candidate.reward, seconds: isNew ? Double(now - last) * 1e-9 : nil)
      if isNew {
        measuredSeconds.append(Double(now - last) * 1e-9)
        let seconds = try CanonicalJSON.line([
          "episode": .integer(episode.index), "seconds": .number(Double(now - last) * 1e-9),
          "networkSeconds": .number((problem.networkTime - spent.network) / .seconds(1)),
          "evaluationSeconds": .number((problem.evaluationTime - spent.evaluation) / .seconds(1)),
        ])
        try clock.append(line: seconds)
        onProgress(
          progress(
            episode, of: agent.measurements(of: episodes, problem),
            seconds: Double(now - start) * 1e-9))
      }
      last = now
      spent = (problem.networkTime, problem.evaluationTime)
      if Interruption.isRequested { throw EspalierError.interrupted(folder: folder) }
      return true
    }
    try output.synchronize()
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

  private func progress(
    _ episode: SearchEpisode, of total: Int, seconds: Double
  ) -> SearchProgress {
    SearchProgress(
      agent: label, episode: episode.index + 1, episodes: total,
      reward: episode.candidate.reward, best: best?.candidate.reward, seconds: seconds)
  }
}
