import CompressionEnvironments
import CompressionPolicies
import Dispatch
import Interchange

/// One agent's way through its episodes: the lines that are known, the files that grow, the time.
struct EpisodePass {
  /// What the journal held at the beginning.
  let lines: [SearchJournal.Line]
  let output: AppendedFile
  let clock: AppendedFile
  let problem: SearchProblem
  /// The episodes that there will be.
  let total: Int
  /// The run's, for messages.
  let folder: String
  let events: EpisodeEvents
  /// Episodes that were measured by this process.
  private(set) var measured = 0
  private let start = DispatchTime.now().uptimeNanoseconds
  private var last = DispatchTime.now().uptimeNanoseconds
  private var spent: (network: Duration, evaluation: Duration)

  init(
    lines: [SearchJournal.Line], output: AppendedFile, clock: AppendedFile,
    problem: SearchProblem, total: Int, folder: String, events: EpisodeEvents
  ) {
    self.lines = lines
    self.output = output
    self.clock = clock
    self.problem = problem
    self.total = total
    self.folder = folder
    self.events = events
    spent = (problem.networkTime, problem.evaluationTime)
  }

  /// Seconds since the agent began.
  var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }

  /// Appends the line of an episode, or holds it against the one that is there.
  ///
  /// - Returns: whether it is new.
  /// - Throws: `EspalierError.otherRun` when they differ, `FileError`.
  func write(_ episode: SearchEpisode, of agent: String) throws -> Bool {
    let text = try SearchJournal.text(episode, choiceName: problem.space.choiceName)
    guard episode.index < lines.count else {
      try output.append(line: text)
      return true
    }
    guard lines[episode.index].text == text else { throw otherWay(episode.index, agent) }
    return false
  }

  /// Notes how long an episode took; gives the seconds.
  ///
  /// - Throws: `FileError`.
  mutating func writeTime(of episode: SearchEpisode) throws -> Double {
    measured += 1
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - last) * 1e-9
    let line = try CanonicalJSON.line([
      "episode": .integer(episode.index), "seconds": .number(seconds),
      "networkSeconds": .number((problem.networkTime - spent.network) / .seconds(1)),
      "evaluationSeconds": .number((problem.evaluationTime - spent.evaluation) / .seconds(1)),
    ])
    try clock.append(line: line)
    return seconds
  }

  /// The next episode's time begins.
  mutating func beginEpisode() {
    last = DispatchTime.now().uptimeNanoseconds
    spent = (problem.networkTime, problem.evaluationTime)
  }

  func otherWay(_ episode: Int, _ agent: String) -> EspalierError {
    .otherRun(folder: folder, reason: "episode \(episode) of '\(agent)' went another way")
  }
}
