import Compression
public import Reinforcement
import Tensors

/// AutoML for model compression as an environment.
///
/// Source: He et al. 2018, arXiv 1802.03494.
///
/// One step is one layer: the action is the part of it to keep, of its input channels or of its weights.
/// The step bounds it so that the budget is met after rounding (`SearchProblem.bounds`); the reward
/// comes with the last step, from the candidate's network on validation images. Episodes do not depend
/// on the seed.
public final class AMCEnvironment: SearchEnvironment {
  /// Eleven entries in 0…1, `AMCState`.
  public let observationSpace = BoxSpace(count: 11, in: 0...1)
  /// One keep ratio.
  public let actionSpace: BoxSpace
  /// What is searched.
  public let problem: SearchProblem
  /// The candidate of the last episode that ended.
  public private(set) var candidate: Candidate?

  private var decided: [Int]?

  /// An environment on a problem.
  ///
  /// - Parameter smallestKeep: the lower bound of the action.
  public init(_ problem: SearchProblem, smallestKeep: Double) {
    self.problem = problem
    actionSpace = BoxSpace(count: 1, in: smallestKeep...1)
  }

  /// Begins with nothing decided.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    decided = []
    return EpisodeStart(
      observation: AMCState(problem, decided: []).vector,
      info: ["layer": .text(problem.decisions[0].layer)])
  }

  /// Decides one layer.
  ///
  /// - Throws: `EnvironmentError` for an episode that is over or an action of another form, and what
  ///   measuring the candidate throws.
  public func step(_ action: [Double]) throws -> Transition {
    guard var decided else { throw EnvironmentError.episodeIsOver }
    let wanted = try actionSpace.checked(action)[0]
    let decision = problem.decisions[decided.count]
    let bounds = problem.bounds(after: decided)
    let kept = decision.choice(nearest: wanted, in: bounds)
    decided.append(kept)
    let executed = min(max(decision.ratio(kept), actionSpace.low[0]), actionSpace.high[0])
    let isLast = decided.count == problem.decisions.count
    self.decided = isLast ? nil : decided
    var transition = Transition(
      observation: AMCState(problem, decided: decided).vector, reward: 0, terminated: isLast,
      info: ["layer": .text(decision.layer), "width": .number(Double(kept))],
      executedAction: [executed])
    if isLast {
      let candidate = try problem.evaluate(decided)
      self.candidate = candidate
      transition.reward = candidate.reward
      transition.info.merge(candidate.info(problem.space.quantities)) { $1 }
    }
    return transition
  }
}
