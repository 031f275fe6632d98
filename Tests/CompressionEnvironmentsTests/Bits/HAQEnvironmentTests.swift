import Compression
import Hardware
import Reinforcement
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct HAQEnvironmentTests {
  private func environment(
    _ rules: BitRules = BitRules(), _ budget: Int = 4, rule: BudgetRule? = nil
  ) throws -> (HAQEnvironment, BitSpace) {
    let space = try SmallBits.space(rules, RuledDevice())
    let problem = try SmallBits.problem(
      space, .latency, most: space.cost(space.uniform(budget), in: .latency))
    return (
      HAQEnvironment(
        problem, space, rule: rule ?? .sensitivity(losses: SmallBits.losses(space)), equalBins: true
      ),
      space
    )
  }

  /// An episode of drawn actions: its observations and its last transition.
  private func episode(
    _ environment: HAQEnvironment, seed: UInt64
  ) throws -> (observations: [[Double]], last: Transition) {
    var generator = SeededGenerator(seed: seed)
    var observations = [try environment.reset(seed: seed).observation]
    while true {
      let transition = try environment.step([generator.uniform()])
      observations.append(transition.observation)
      if transition.ended { return (observations, transition) }
    }
  }

  @Test func theContractOfEnvironmentsHolds() throws {
    for rules in [
      BitRules(), BitRules(weightBits: [2, 4, 8], activationBits: [2, 4, 8]),
      BitRules(quantizer: .kMeans, granularity: .tensor),
    ] {
      for rule in [nil, BudgetRule.sequential] {
        let (environment, _) = try environment(rules, rule: rule)
        #expect(EnvironmentContract.check(environment) == [])
        #expect(EnvironmentContract.check(environment, seed: 5) == [])
      }
    }
  }

  @Test func tenEntriesInRangeWithTheOperandsFlag() throws {
    let (environment, _) = try environment()
    for seed in 1...5 {
      let observations = try episode(environment, seed: UInt64(seed)).observations
      #expect(observations.count == 5)
      for (position, observation) in observations.enumerated() {
        #expect(observation.count == 10)
        #expect(observation.allSatisfy { (0...1).contains($0) })
        guard position < 4 else { continue }
        #expect(observation[0] == Double(position) / 4)
        #expect(observation[8] == (position % 2 == 0 ? 1 : 0))
      }
    }
  }

  @Test func staticEntriesByHand() throws {
    let (environment, _) = try environment()
    let observations = try episode(environment, seed: 1).observations
    // b: 4 → 8 channels, 3 × 3 at stride 2 on 8 × 6, 288 weights; c: 8 → 6 at stride 1 on 4 × 3, 432.
    #expect(Array(observations[0][1...7]) == [0.5, 1, 1, 1, 1, 288.0 / 432, 0])
    #expect(Array(observations[2][1...7]) == [1, 0.75, 1, 0.5, 0.25, 1, 0])
  }

  @Test func nothingOfAnEpisodeIsLeftInTheNext() throws {
    let (used, _) = try environment()
    let first = try used.reset(seed: 1)
    #expect(first.observation[9] == 1)
    for seed in 1...3 {
      _ = try episode(used, seed: UInt64(seed))
      #expect(try used.reset(seed: 1) == first)
      _ = try used.step([0])
      #expect(try used.reset(seed: 9) == first)
    }
    let (fresh, _) = try environment()
    #expect(try episode(fresh, seed: 4).observations == episode(used, seed: 4).observations)
  }

  @Test func theLastActionIsSeenAsItWasTaken() throws {
    let (environment, space) = try environment()
    _ = try environment.reset(seed: 1)
    let transition = try environment.step([0.4])
    // Seven bins: 0.4 lies in the third, four bits, whose middle is 2.5/7.
    #expect(transition.info["bits"]?.number == 4)
    #expect(transition.observation[9] == 2.5 / 7 && transition.executedAction == [2.5 / 7])
    #expect(space.decisions[0].choices.contains(4))
  }

  @Test func anEpisodeEndsWithinTheBudgetAndSettlesAsCarriedOut() throws {
    for rule in [nil, BudgetRule.sequential] {
      let (environment, space) = try environment(rule: rule)
      for seed in 1...10 {
        let last = try episode(environment, seed: UInt64(seed)).last
        let candidate = try #require(environment.candidate)
        #expect(environment.problem.limits.allow(candidate.cost))
        #expect(last.reward == candidate.reward && last.terminated)
        #expect(candidate.reward == candidate.accuracy / 100)
        let settled = try #require(last.settled)
        #expect(
          settled.steps.map(\.action)
            == zip(candidate.choices, space.decisions).map {
              [BitAction.equalBins.action(of: $0, among: $1.choices, 0)]
            })
        // Acting so from the beginning would have shown the same and ended the same.
        var observation = try environment.reset(seed: 1).observation
        for step in settled.steps {
          #expect(step.observation == observation)
          observation = try environment.step(step.action).observation
        }
        #expect(environment.candidate?.choices == candidate.choices)
      }
    }
  }

  @Test func theSuggestionMeetsTheBudget() throws {
    let (environment, space) = try environment()
    let suggestion = try #require(environment.starts.first)
    _ = try environment.reset(seed: 1)
    var asked: [Int] = []
    for (action, decision) in zip(suggestion, space.decisions) {
      asked.append(BitAction.equalBins.choice(of: action[0], among: decision.choices, 0))
      _ = try environment.step(action)
    }
    #expect(environment.problem.allows(asked))
    #expect(environment.candidate?.choices == asked)
  }
}
