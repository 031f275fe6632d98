/// What can go wrong between an agent and an environment.
public enum EnvironmentError: Error, Equatable, CustomStringConvertible {
  /// A step where no episode is going on.
  case episodeIsOver
  /// An action that is not a vector of the action space.
  case action(expected: Int, found: [Double])
  /// Bounds that make no space.
  case space(String)
  /// An observation, reward or executed action that breaks the contract.
  case contract(episode: Int, step: Int, expected: String, found: String)
  /// An agent whose numbers have grown beyond what can be computed with.
  case diverged(episode: Int, step: Int, action: [Double])
  /// An environment that an agent cannot act in.
  case unsuitable(agent: String, expected: String, found: String)
  /// Something that always holds and does not: an error of ours.
  case invariant(expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .episodeIsOver:
      "step was called with no episode going on: call reset first"
    case .action(let expected, let found):
      "an action has \(expected) finite components, found \(found)"
    case .space(let found):
      "a space has \(found)"
    case .contract(let episode, let step, let expected, let found):
      "episode \(episode), step \(step): expected \(expected), found \(found)"
    case .diverged(let episode, let step, let action):
      "episode \(episode), step \(step): the agent asked for \(action), so its learning has diverged: smaller "
        + "rewards and observations, or smaller learning rates, may help"
    case .unsuitable(let agent, let expected, let found):
      "the agent \(agent) expects \(expected), found \(found)"
    case .invariant(let expected, let found):
      "an invariant is broken: expected \(expected), found \(found)"
    }
  }
}
