public import Reinforcement

/// Hardware-aware quantisation as an environment.
///
/// Source: Wang et al. 2019, arXiv 1811.08886.
///
/// Two steps a layer, first the bits of its weights, then those of the activations it reads; in a joint search
/// a step before them decides its input channels. What was asked
/// for is brought to the budget when the last bits are decided (`BudgetRule`), and the episode then counts as
/// if those bits had been asked for. The reward comes with the last step. Episodes do not depend on the seed.
public final class HAQEnvironment: SearchEnvironment {
  /// Ten entries in 0…1, or eleven where channels are decided too: `HAQState`.
  public let observationSpace: BoxSpace
  /// One number of bits, or part of the channels: `BitAction`.
  public let actionSpace = BoxSpace(count: 1, in: 0...1)
  /// What was carried out is known when the budget is met.
  public let settlesAtEnd = true
  /// What is searched.
  public let problem: SearchProblem
  /// The candidate of the last episode that ended.
  public private(set) var candidate: Candidate?

  private let space: any OperandSpace
  private let rule: BudgetRule
  private var decided: [Int]?

  /// An environment on a problem.
  ///
  /// - Parameters:
  ///   - problem: the limits, the measure and the reward.
  ///   - space: the problem's space.
  ///   - rule: how a candidate is brought to the limits.
  public init(_ problem: SearchProblem, _ space: any OperandSpace, rule: BudgetRule) {
    self.problem = problem
    self.space = space
    observationSpace = BoxSpace(count: HAQState.count(space), in: 0...1)
    self.rule = rule
  }

  /// The actions of what the budget rule makes of as many bits as there are everywhere: where exploring may
  /// sensibly begin.
  public var suggestion: [[Double]]? {
    rule.fitted(problem.decisions.map(\.whole), to: problem).enumerated().map { position, bits in
      [BitAction.action(of: bits, among: problem.decisions[position].choices)]
    }
  }

  /// Begins with nothing decided.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    decided = []
    return EpisodeStart(
      observation: HAQState.vector(problem, space, decided: []), info: info(of: 0))
  }

  /// Decides one operand of one layer.
  ///
  /// - Throws: `EnvironmentError` for an episode that is over or an action of another form, and what
  ///   measuring the candidate throws.
  public func step(_ action: [Double]) throws -> Transition {
    guard var decided else { throw EnvironmentError.episodeIsOver }
    let wanted = try actionSpace.checked(action)[0]
    let position = decided.count
    let choices = problem.decisions[position].choices
    let bits = BitAction.bits(of: wanted, among: choices)
    decided.append(bits)
    let isLast = decided.count == problem.decisions.count
    self.decided = isLast ? nil : decided
    var transition = Transition(
      observation: HAQState.vector(problem, space, decided: decided), reward: 0,
      terminated: isLast, info: info(of: position),
      executedAction: [BitAction.action(of: bits, among: choices)])
    transition.info[space.operands[position] == .channels ? "width" : "bits"] = .number(
      Double(bits))
    if isLast { try settle(decided, &transition) }
    return transition
  }

  private func settle(_ asked: [Int], _ transition: inout Transition) throws {
    let bits = rule.fitted(asked, to: problem)
    let candidate = try problem.evaluate(bits)
    self.candidate = candidate
    transition.reward = candidate.reward
    transition.info["accuracy"] = .number(candidate.accuracy)
    for quantity in problem.space.quantities {
      transition.info[quantity.rawValue] = .number(Double(candidate.cost[quantity]))
    }
    transition.settled = SettledEpisode(
      steps: bits.indices.map { position in
        SettledEpisode.Step(
          observation: HAQState.vector(problem, space, decided: Array(bits[..<position])),
          action: [
            BitAction.action(of: bits[position], among: problem.decisions[position].choices)
          ])
      })
  }

  private func info(of position: Int) -> Info {
    [
      "layer": .text(problem.decisions[position].layer),
      "operand": .text(space.operands[position].rawValue),
    ]
  }
}
