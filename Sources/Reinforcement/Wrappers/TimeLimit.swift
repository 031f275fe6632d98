/// Cuts episodes off after some steps.
public final class TimeLimit: Environment {
  /// What is cut off.
  public let environment: any Environment
  /// The most steps of an episode.
  public let steps: Int
  private var left = 0

  /// An environment whose episodes have at most `steps` steps, and at least one.
  public init(_ environment: any Environment, steps: Int) {
    self.environment = environment
    self.steps = max(steps, 1)
  }

  /// The environment's.
  public var observationSpace: BoxSpace { environment.observationSpace }
  /// The environment's.
  public var actionSpace: BoxSpace { environment.actionSpace }
  /// The environment's; cut off before its own end it settles nothing, and steps count as they were taken.
  public var settlesAtEnd: Bool { environment.settlesAtEnd }

  /// Begins an episode.
  ///
  /// - Throws: what the environment throws.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    left = steps
    return try environment.reset(seed: seed)
  }

  /// Carries out an action; the last step that is allowed is truncated unless it terminates.
  ///
  /// - Throws: `EnvironmentError.episodeIsOver` after the end; what the environment throws.
  public func step(_ action: [Double]) throws -> Transition {
    guard left > 0 else { throw EnvironmentError.episodeIsOver }
    var transition = try environment.step(action)
    left = transition.ended ? 0 : left - 1
    if left == 0, !transition.terminated { transition.truncated = true }
    return transition
  }

  /// Closes the environment.
  public func close() { environment.close() }
}
