/// The rules that every environment keeps, each as a sentence, and a check of them.
public enum EnvironmentContract {
  /// A rule.
  public enum Rule: String, CaseIterable, Codable, Sendable {
    case spacesAreBounded = "the action space has finite bounds"
    case observationInSpace = "every observation lies in the observation space"
    case rewardIsFinite = "every reward is finite"
    case executedActionInSpace = "every executed action lies in the action space"
    case episodeEnds = "an episode ends"
    case stepAfterEndThrows = "stepping after the end is an error"
    case wrongLengthThrows = "an action of the wrong length is an error"
    case notFiniteThrows = "an action that is not finite is an error"
    case seedRepeats = "reset with the same seed and the same actions repeat the episode"
    case executedActionRepeats = "asking for the executed actions repeats the episode"
    case nothingThrows = "reset, and step with an action of the space, do not throw"
  }

  /// A rule that was broken, and how.
  public struct Violation: Error, Equatable, Sendable, CustomStringConvertible {
    /// The rule.
    public let rule: Rule
    /// What was found.
    public let found: String

    /// The rule and what was found instead.
    public var description: String { "not so: \(rule.rawValue) (\(found))" }
  }

  /// Runs three episodes of random actions and a few wrong steps, and reports every broken rule.
  ///
  /// Numbers of two episodes count as equal within `tolerance` of their size, observations as
  /// inside their space within `tolerance`.
  ///
  /// - Parameters:
  ///   - environment: what is checked; it needs a reset afterwards.
  ///   - seed: the seed of the episodes and of the actions.
  ///   - stepLimit: the length from which an episode counts as endless.
  ///   - tolerance: the allowed error.
  /// - Returns: the violations, each rule at most once, in the order they were found.
  public static func check(
    _ environment: any Environment, seed: UInt64 = 1, stepLimit: Int = 10_000,
    tolerance: Double = 1e-9
  ) -> [Violation] {
    var check = EnvironmentCheck(
      environment: environment, seed: seed, stepLimit: stepLimit, tolerance: tolerance)
    check.run()
    return check.violations
  }
}
