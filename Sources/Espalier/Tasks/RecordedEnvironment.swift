import Reinforcement

/// Gives the episodes of an earlier process again without asking the environment, then goes on with it.
///
/// An agent that is repeated from its seed asks for the same actions; so what was once measured need not be
/// measured again, however slow the environment is.
final class RecordedEnvironment: Environment {
  /// An episode as it went.
  struct Episode: Codable, Equatable {
    var seed: UInt64
    var start: EpisodeStart
    var actions: [[Double]] = []
    var transitions: [Transition] = []
  }

  /// The episode at hand, or the last one.
  private(set) var episode: Episode?
  private let environment: any Environment
  private var recorded: ArraySlice<Episode>
  private var isReplaying = false
  private let folder: String
  private let longest: Int

  /// An environment with the episodes that are known.
  ///
  /// - Parameter longest: the steps after which an episode is cut off, so that one without end does end.
  init(
    _ environment: any Environment, recorded: [Episode], folder: String, longest: Int = .max
  ) {
    self.environment = environment
    self.recorded = recorded[...]
    self.folder = folder
    self.longest = longest
  }

  var observationSpace: BoxSpace { environment.observationSpace }
  var actionSpace: BoxSpace { environment.actionSpace }
  var settlesAtEnd: Bool { environment.settlesAtEnd }

  func reset(seed: UInt64) throws -> EpisodeStart {
    if let next = recorded.popFirst() {
      guard next.seed == seed else { throw otherWay("begins with another seed") }
      isReplaying = true
      episode = Episode(seed: seed, start: next.start)
      replayed = next
      return next.start
    }
    isReplaying = false
    let start = try environment.reset(seed: seed)
    episode = Episode(seed: seed, start: start)
    return start
  }

  private var replayed: Episode?

  func step(_ action: [Double]) throws -> Transition {
    if Interruption.isRequested { throw EspalierError.interrupted(folder: folder) }
    let position = episode?.actions.count ?? 0
    var transition: Transition
    if isReplaying, let replayed {
      guard position < replayed.actions.count, replayed.actions[position] == action else {
        throw otherWay("went another way at step \(position + 1)")
      }
      transition = replayed.transitions[position]
    } else {
      transition = try environment.step(action)
      if position + 1 >= longest, !transition.terminated { transition.truncated = true }
    }
    episode?.actions.append(action)
    episode?.transitions.append(transition)
    return transition
  }

  func close() { environment.close() }

  private func otherWay(_ how: String) -> EspalierError {
    .otherRun(folder: folder, reason: "an episode that was recorded there \(how)")
  }
}
