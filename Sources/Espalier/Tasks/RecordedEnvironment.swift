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

  init(_ environment: any Environment, recorded: [Episode], folder: String) {
    self.environment = environment
    self.recorded = recorded[...]
    self.folder = folder
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
    let position = episode?.actions.count ?? 0
    let transition: Transition
    if isReplaying, let replayed {
      guard position < replayed.actions.count, replayed.actions[position] == action else {
        throw otherWay("went another way at step \(position + 1)")
      }
      transition = replayed.transitions[position]
    } else {
      transition = try environment.step(action)
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
