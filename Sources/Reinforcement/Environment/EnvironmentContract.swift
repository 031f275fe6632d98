/// The rules that every environment keeps, each as a sentence, and a check of them.
public enum EnvironmentContract {
  /// A rule.
  public enum Rule: String, CaseIterable, Codable, Sendable {
    case spacesAreBounded = "the action space has finite bounds"
    case stepBeforeResetThrows = "a step before the first reset is an error"
    case observationInSpace = "every observation lies in the observation space"
    case rewardIsFinite = "every reward is finite"
    case executedActionInSpace = "every executed action lies in the action space"
    case settledInSpaces =
      "a settled episode has as many steps as were taken, each in the spaces"
    case budgetIsKept = "a budget is kept at the end of every episode"
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

  /// What became of every rule: broken, never tried, or else it holds.
  public struct Report: Equatable, Sendable {
    /// The broken rules, each at most once, in the order they were found.
    public let violations: [Violation]
    /// Why rules were not tried.
    public let untried: [Rule: String]
  }

  /// Runs five episodes and a few wrong steps, and tells of every rule.
  ///
  /// Three episodes have random actions, or those that were executed then; one has all lowest and one all
  /// highest actions. Numbers of two episodes count as equal within `tolerance` of their size, observations
  /// as inside their space within `tolerance`.
  ///
  /// - Parameters:
  ///   - environment: what is checked; it needs a reset afterwards.
  ///   - seed: the seed of the episodes and of the actions.
  ///   - stepLimit: the length from which an episode counts as endless.
  ///   - tolerance: the allowed error.
  ///   - isFresh: whether no episode is going on, so that a step must be refused.
  ///   - meetsBudget: whether an episode that ended with a transition kept its budget; nil where there is
  ///     none. By default what the last transition's info says as `meetsBudget`.
  public static func report(
    on environment: any Environment, seed: UInt64 = 1, stepLimit: Int = 10_000,
    tolerance: Double = 1e-9, isFresh: Bool = true,
    meetsBudget: @escaping (Transition) -> Bool? = { $0.info["meetsBudget"]?.truth }
  ) -> Report {
    var check = EnvironmentCheck(
      environment: environment, seed: seed, stepLimit: stepLimit, tolerance: tolerance,
      isFresh: isFresh, meetsBudget: meetsBudget)
    check.run()
    return check.report
  }

  /// The broken rules of `report(on:)`, for an environment in which no episode is going on.
  public static func check(
    _ environment: any Environment, seed: UInt64 = 1, stepLimit: Int = 10_000,
    tolerance: Double = 1e-9
  ) -> [Violation] {
    report(on: environment, seed: seed, stepLimit: stepLimit, tolerance: tolerance).violations
  }
}
