/// What an agent acts in: an episode begins with `reset` and goes on with `step` until it has ended.
///
/// The words are Gymnasium's. An environment is a class that one task owns. Between episodes it
/// keeps nothing that matters: `reset(seed:)` alone decides what follows, so that a run can be
/// resumed at any episode. A reward may be expensive and may come at the end alone: all other
/// rewards are then 0. `EnvironmentContract.check` tests the rules written here.
public protocol Environment: AnyObject {
  /// Where every observation lies.
  var observationSpace: BoxSpace { get }

  /// Where every action lies, requested or executed.
  var actionSpace: BoxSpace { get }

  /// Begins an episode; equal seeds and equal actions give equal episodes.
  ///
  /// - Throws: whatever keeps an episode from beginning.
  func reset(seed: UInt64) throws -> EpisodeStart

  /// Carries out an action, after bounding or rounding it where the environment must.
  ///
  /// - Throws: `EnvironmentError.episodeIsOver` after the end and before the first `reset`,
  ///   `EnvironmentError.action` for one of the wrong length or that is not finite.
  func step(_ action: [Double]) throws -> Transition

  /// Whether what was carried out is known at an episode's end alone, as where a budget is met by
  /// changing earlier actions: then the last transition says what the episode came to (`settled`), and
  /// agents are told of all steps then.
  var settlesAtEnd: Bool { get }

  /// Lets go of what the environment holds; it is not used afterwards.
  func close()
}

extension Environment {
  /// Every step says what it carried out.
  public var settlesAtEnd: Bool { false }

  /// Holds nothing.
  public func close() {}
}

/// What `reset` returns.
public struct EpisodeStart: Codable, Equatable, Sendable {
  /// The first observation.
  public var observation: [Double]
  /// What a reader may want to know; never an input of the agent.
  public var info: Info

  /// A start.
  public init(observation: [Double], info: Info = [:]) {
    self.observation = observation
    self.info = info
  }
}

/// What `step` returns.
public struct Transition: Codable, Equatable, Sendable {
  /// What is seen after the action.
  public var observation: [Double]
  /// The reward of this step; finite.
  public var reward: Double
  /// Whether the task ended: nothing can be earned any more.
  public var terminated: Bool
  /// Whether the episode was cut off: more could have been earned, had it gone on.
  public var truncated: Bool
  /// What a reader may want to know; never an input of the agent.
  public var info: Info
  /// The action that was really carried out.
  ///
  /// Asked for in the same place, it is carried out as it is.
  public var executedAction: [Double]
  /// In the last transition of an environment that settles at its end: the episode as it was carried out.
  public var settled: SettledEpisode?

  /// A transition.
  public init(
    observation: [Double], reward: Double, terminated: Bool = false, truncated: Bool = false,
    info: Info = [:], executedAction: [Double], settled: SettledEpisode? = nil
  ) {
    self.settled = settled
    self.observation = observation
    self.reward = reward
    self.terminated = terminated
    self.truncated = truncated
    self.info = info
    self.executedAction = executedAction
  }

  /// Whether the episode has ended, either way.
  public var ended: Bool { terminated || truncated }
}

/// An episode as it was carried out in the end: what would have been seen and done, had the actions been
/// these from the beginning.
public struct SettledEpisode: Codable, Equatable, Sendable {
  /// The steps, as many as were taken.
  public var steps: [Step]

  /// One step.
  public struct Step: Codable, Equatable, Sendable {
    /// What is seen before the action.
    public var observation: [Double]
    /// The action.
    public var action: [Double]

    /// A step.
    public init(observation: [Double], action: [Double]) {
      self.observation = observation
      self.action = action
    }
  }

  /// An episode of some steps.
  public init(steps: [Step]) { self.steps = steps }
}
