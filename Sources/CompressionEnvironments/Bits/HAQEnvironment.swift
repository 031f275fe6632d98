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
  private let action: BitAction
  private let suggested: [Int]
  private var decided: [Int]?

  /// An environment on a problem.
  ///
  /// - Parameters:
  ///   - problem: the limits, the measure and the reward.
  ///   - space: the problem's space.
  ///   - rule: how a candidate is brought to the limits.
  ///   - equalBins: whether actions are mapped to bits as in the paper; else what the budget rule makes of as
  ///     many bits as there are lies in the middle.
  public init(
    _ problem: SearchProblem, _ space: any OperandSpace, rule: BudgetRule, equalBins: Bool = false
  ) {
    let suggested = rule.fitted(problem.decisions.map(\.whole), to: problem)
    action = equalBins ? .equalBins : .around(suggested)
    self.suggested = suggested
    self.problem = problem
    self.space = space
    observationSpace = BoxSpace(count: HAQState.count(space), in: 0...1)
    self.rule = rule
  }

  /// The actions of what the budget rule makes of as many bits as there are everywhere, and those of the most
  /// bits that may be had everywhere: where exploring may sensibly begin.
  public var starts: [[[Double]]] {
    let uniform = (1...8).reversed().lazy.map { [space] in space.uniform($0) }
      .first { [problem] in problem.allows($0) }
    return [suggested, uniform].compactMap { choices in
      choices?.enumerated().map { position, choice in
        [action.action(of: choice, among: problem.decisions[position].choices, position)]
      }
    }
  }

  /// Begins with nothing decided.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    decided = []
    return EpisodeStart(
      observation: HAQState.vector(problem, space, action, decided: []), info: info(of: 0))
  }

  /// Decides one operand of one layer.
  ///
  /// - Throws: `EnvironmentError` for an episode that is over or an action of another form, and what
  ///   measuring the candidate throws.
  public func step(_ asked: [Double]) throws -> Transition {
    guard var decided else { throw EnvironmentError.episodeIsOver }
    let wanted = try actionSpace.checked(asked)[0]
    let position = decided.count
    let choices = problem.decisions[position].choices
    let bits = action.choice(of: wanted, among: choices, position)
    decided.append(bits)
    let isLast = decided.count == problem.decisions.count
    self.decided = isLast ? nil : decided
    var transition = Transition(
      observation: HAQState.vector(problem, space, action, decided: decided), reward: 0,
      terminated: isLast, info: info(of: position),
      executedAction: [action.action(of: bits, among: choices, position)])
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
    transition.info.merge(candidate.info(problem.space.quantities)) { $1 }
    transition.settled = SettledEpisode(
      steps: bits.indices.map { position in
        SettledEpisode.Step(
          observation: HAQState.vector(problem, space, action, decided: Array(bits[..<position])),
          action: [
            action.action(of: bits[position], among: problem.decisions[position].choices, position)
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
