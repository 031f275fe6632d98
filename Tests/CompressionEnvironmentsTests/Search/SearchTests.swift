import Compression
import Networks
import Reinforcement
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct SearchTests {
  private func run(
    _ search: any PolicySearch, _ problem: SearchProblem, episodes: Int, seed: UInt64 = 1,
    stopAfter: Int = .max
  ) throws -> [SearchEpisode] {
    var found: [SearchEpisode] = []
    try search.search(problem, episodes: episodes, streams: RandomStreams(seed: seed)) {
      found.append($0)
      return found.count < stopAfter
    }
    return found
  }

  private func problem(
    part: Double = 0.5, evaluator: any Evaluator = CountingEvaluator()
  ) throws -> SearchProblem {
    try SmallProblems.problem(
      SmallProblems.network("resnet14", multiplier: 0.5), part: part, evaluator: evaluator)
  }

  private static var agents: [any PolicySearch] {
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [16, 16]
    configuration.warmupEpisodes = 3
    configuration.batchSize = 8
    return [
      ProfileSearch.uniform, ProfileSearch.shallow, ProfileSearch.deep, GreedySearch(),
      EvolutionSearch(in: { AMCEnvironment($0, smallestKeep: 0.2) }),
      LearningSearch.random(in: { AMCEnvironment($0, smallestKeep: 0.2) }),
      LearningSearch.ddpg(configuration, in: { AMCEnvironment($0, smallestKeep: 0.2) }),
    ]
  }

  @Test(arguments: [1, 2, 3, 4, 7, 8, 25])
  func everyAgentMeasuresNoMoreThanItMayAndEndsWithinTheBudget(_ episodes: Int) throws {
    for agent in Self.agents {
      let problem = try problem()
      let found = try run(agent, problem, episodes: episodes)
      #expect(found.count <= episodes && !found.isEmpty)
      #expect(problem.evaluations == found.count)
      #expect(found.map(\.index) == Array(found.indices))
      #expect(found.last?.meetsBudget == true, "\(agent.name)")
      for episode in found {
        #expect(episode.meetsBudget == problem.limits.allow(episode.candidate.cost))
        #expect(episode.requested.count == problem.decisions.count)
        #expect(
          episode.executed
            == zip(episode.candidate.choices, problem.decisions)
            .map { Double($0) / Double($1.whole) })
      }
    }
  }

  @Test func everyAgentRepeatsItself() throws {
    for agent in Self.agents {
      let first = try run(agent, problem(), episodes: 9)
      #expect(try run(agent, problem(), episodes: 9) == first, "\(agent.name)")
    }
  }

  @Test func learningAgentsDifferBySeed() throws {
    for agent in Self.agents.suffix(2) {
      let first = try run(agent, problem(), episodes: 5)
      #expect(try run(agent, problem(), episodes: 5, seed: 2) != first, "\(agent.name)")
    }
  }

  @Test func everyAgentStopsWhenTold() throws {
    for agent in Self.agents {
      let found = try run(agent, problem(), episodes: 12, stopAfter: 1)
      #expect(found.count == 1, "\(agent.name)")
    }
    #expect(try run(GreedySearch(), problem(), episodes: 12, stopAfter: 4).count == 4)
  }

  @Test(arguments: [0.35, 0.5, 0.77])
  func uniformKeepsOneRatioAndFillsUpToTheBudget(_ part: Double) throws {
    let problem = try problem(part: part)
    let found = try run(ProfileSearch.uniform, problem, episodes: 10)
    #expect(found.count == 1)
    let widths = try #require(found.first?.candidate.choices)
    let ratio = try #require(found.first?.requested.first)
    #expect(found[0].requested.allSatisfy { $0 == ratio })
    for (width, decision) in zip(widths, problem.decisions) {
      #expect(abs(Double(width) - ratio * Double(decision.whole)) < 2)
    }
    for position in widths.indices where widths[position] < problem.decisions[position].whole {
      var wider = widths
      wider[position] += 1
      #expect(!problem.allows(wider))
    }
  }

  @Test func aBudgetOfTheWholeNetworkCutsNothing() throws {
    for agent in Self.agents {
      let problem = try problem(part: 1)
      let last = try #require(try run(agent, problem, episodes: 2).last)
      #expect(last.candidate.choices == problem.decisions.map(\.whole), "\(agent.name)")
    }
  }

  @Test func greedyCutsWhereItCostsLeastReward() throws {
    let evaluator = CountingEvaluator()
    let problem = try problem(evaluator: evaluator)
    let found = try run(GreedySearch(), problem, episodes: 200)
    #expect(found[0].candidate.choices == problem.decisions.map(\.whole))
    #expect(found[0].meetsBudget == false)
    // The first round tries every layer once; the second goes on from the best cut.
    let first = found[1...problem.decisions.count].map(\.candidate)
    func loss(_ candidate: Candidate) -> Double {
      (found[0].candidate.reward - candidate.reward)
        / Double(found[0].candidate.cost.macs - candidate.cost.macs)
    }
    let best = try #require(first.min { loss($0) < loss($1) })
    let next = found[problem.decisions.count + 1].candidate.choices
    #expect(zip(next, best.choices).allSatisfy { $0 <= $1 })
    #expect(zip(next, best.choices).count { $0 != $1 } == 1)
    let widths = try #require(found.last?.candidate.choices)
    for position in widths.indices where widths[position] < problem.decisions[position].whole {
      var wider = widths
      wider[position] += 1
      #expect(!problem.allows(wider))
    }
    #expect(evaluator.calls <= found.count)
  }

  @Test func aResumedSearchOfRememberedCandidatesMeasuresNothingAnew() throws {
    for agent in Self.agents {
      let first = try run(agent, problem(), episodes: 8)
      let evaluator = CountingEvaluator()
      let problem = try problem(evaluator: evaluator)
      for episode in first {
        problem.remember(episode.candidate.choices, accuracy: episode.candidate.accuracy)
      }
      #expect(try run(agent, problem, episodes: 8) == first)
      #expect(evaluator.calls == 0, "\(agent.name)")
    }
  }

  @Test func handMadeProfilesCutWhereTheirNameSays() throws {
    let problem = try problem(part: 0.6)
    func ratios(_ search: ProfileSearch) throws -> [Double] {
      try #require(try run(search, problem, episodes: 1).first).executed
    }
    let (shallow, deep) = (try ratios(.shallow), try ratios(.deep))
    #expect(shallow[0] < shallow[shallow.count - 1])
    #expect(deep[0] > deep[deep.count - 1])
  }

  @Test func withoutLimitsEveryAgentSearchesAndStopsInTime() throws {
    for agent in Self.agents {
      let problem = try SmallProblems.problem(
        SmallProblems.network("resnet14", multiplier: 0.5), parts: [],
        reward: RewardExpression("accuracy - 0.5 * parameters / originalParameters"))
      let found = try run(agent, problem, episodes: 12)
      #expect(!found.isEmpty && found.count <= 12)
      #expect(found.allSatisfy { $0.meetsBudget }, "\(agent.name)")
    }
  }
}
