import Compression
import Networks
import Reinforcement
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct WeightSpaceTests {
  private func space(
    _ graph: Graph = SmallProblems.chain, _ smallest: SmallestDensity = SmallestDensity()
  ) throws -> WeightSpace {
    try WeightSpace(graph, smallest: smallest)
  }

  private func problem(_ space: WeightSpace, density: Double) throws -> SearchProblem {
    let limit = try space.limit(density: density)
    return try SearchProblem(space, limits: { _ in [limit] }, evaluator: CountingEvaluator())
  }

  /// A network of 108 + 288 + 432 + 12 weights.
  @Test func everyLayerIsDecidedWithItsOwnBound() throws {
    let space = try space()
    #expect(space.decisions.map(\.layer) == ["a", "b", "c", "classes"])
    #expect(space.decisions.map(\.whole) == [108, 288, 432, 12])
    #expect(space.decisions.map(\.fewest) == [22, 58, 87, 1])
    #expect(space.weightCount == 840)
    #expect(space.originalCost == (try NetworkCost(SmallProblems.chain)))
  }

  @Test func whatACandidateCostsIsWhatItsNetworkCosts() throws {
    let space = try space()
    for kept in [[108, 288, 432, 12], [22, 58, 87, 1], [30, 200, 101, 7]] {
      let cost = try NetworkCost(sparse: space.network(kept))
      for quantity in CostQuantity.structural {
        #expect(space.cost(kept, in: quantity) == cost[quantity], "\(quantity)")
      }
    }
  }

  @Test func boundsAreThoseOfAllNumbersTriedOneByOne() throws {
    let space = try space()
    var generator = SeededGenerator(seed: 2)
    for density in [0.25, 0.5, 0.71, 0.99] {
      let problem = try problem(space, density: density)
      let most = Int(density * 840)
      for _ in 0..<10 {
        var decided: [Int] = []
        for (position, decision) in problem.decisions.enumerated() {
          let bounds = problem.bounds(after: decided)
          let before = decided.reduce(0, +)
          let later = problem.decisions[(position + 1)...]
          let (least, whole) = (
            later.reduce(0) { $0 + $1.fewest }, later.reduce(0) { $0 + $1.whole }
          )
          let all = Array(decision.fewest...decision.whole)
          let highest = all.last { before + $0 + least <= most } ?? decision.fewest
          let lowest = all.last { $0 <= highest && before + $0 + whole <= most }
          #expect(bounds == (lowest ?? decision.fewest)...highest)
          decided.append(bounds.lowerBound + generator.integer(below: bounds.count))
        }
        #expect(decided.reduce(0, +) == most)
      }
    }
  }

  private static var agents: [any PolicySearch] {
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [16, 16]
    configuration.warmupEpisodes = 3
    configuration.batchSize = 8
    return [
      ProfileSearch.uniform, ProfileSearch.shallow, ProfileSearch.deep, GreedySearch(),
      EvolutionSearch(in: { AMCEnvironment($0, smallestKeep: 0.02) }),
      LearningSearch.random(in: { AMCEnvironment($0, smallestKeep: 0.02) }),
      LearningSearch.ddpg(configuration, in: { AMCEnvironment($0, smallestKeep: 0.02) }),
    ]
  }

  @Test(arguments: [21, 35, 50, 77])
  func everyAgentEndsOnTheBudgetToTheWeight(_ percent: Int) throws {
    let graph = try SmallProblems.network("resnet14", multiplier: 0.5)
    let space = try space(graph)
    for agent in Self.agents {
      let problem = try problem(space, density: Double(percent) / 100)
      var found: [SearchEpisode] = []
      try agent.search(problem, episodes: 25, streams: RandomStreams(seed: 1)) {
        found.append($0)
        return true
      }
      let most = percent * space.weightCount / 100
      let last = try #require(found.last)
      #expect(last.candidate.choices.reduce(0, +) == most, "\(agent.name)")
      for episode in found where agent.name != "greedy" {
        #expect(episode.candidate.choices.reduce(0, +) == most, "\(agent.name)")
        for (kept, decision) in zip(episode.candidate.choices, problem.decisions) {
          #expect(decision.choices.contains(kept))
        }
      }
    }
  }

  @Test func theEnvironmentKeepsItsContract() throws {
    let environment = AMCEnvironment(try problem(space(), density: 0.4), smallestKeep: 0.02)
    #expect(EnvironmentContract.check(environment).isEmpty)
  }

  @Test func aDensityBelowTheBoundsIsRefusedWithTheSmallest() throws {
    let space = try space()
    #expect(
      throws: CompressionError.unreachableBudget(
        quantity: "density", asked: 0.1, smallest: 168.0 / 840, original: 1)
    ) { try space.limit(density: 0.1) }
    #expect(try space.limit(density: 0.2).quantity == .parameters)
    // 0.29 · 100 is a little less than 29 in binary.
    let biases = 4 + 8 + 6 + 2
    #expect(try space.limit(density: 0.35).most == 294 + biases)
  }

  @Test func stagesThatAskForTooMuchAreRefusedBeforeTheFirst() throws {
    let space = try space()
    try space.check(stages: [0.5, 0.35, 0.25, 0.2])
    #expect(throws: CompressionError.self) { try space.check(stages: [0.5, 0.05]) }
    #expect(throws: CompressionError.self) { try space.check(stages: [0.9, 0.5, 0.06]) }
    // A fifth of a half is a tenth, but every layer's own fifth is rounded up.
    #expect(throws: CompressionError.self) { try space.check(stages: [0.5, 0.1]) }
  }

  @Test func aStageCountsFromWhatStands() throws {
    let first = try space()
    let kept = [30, 100, 200, 9]
    let second = try WeightSpace(
      first.network(kept), original: first.originalCost, smallest: SmallestDensity())
    #expect(second.decisions.map(\.whole) == kept)
    #expect(second.decisions.map(\.fewest) == [6, 20, 40, 1])
    #expect(second.weightCount == 840 && second.originalCost == first.originalCost)
    // Masks are nested: what is kept then was kept before.
    let next = second.network([10, 50, 100, 3])
    for layer in first.layers {
      let before = try #require(second.graph.initializers[layer.parameter]?.tensor?.scalars)
      let after = try #require(next.initializers[layer.parameter]?.tensor?.scalars)
      #expect(zip(before, after).allSatisfy { $1 == 0 || $0 == $1 })
    }
    // Without training in between two stages are one.
    #expect(next.initializers == first.network([10, 50, 100, 3]).initializers)
  }

  @Test func aNetworkWithoutWeightsHasNothingToPrune() throws {
    let graph = Graph(
      name: "none", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3)])],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [Node(name: "y", operatorType: "Relu", inputs: ["x"], outputs: ["y"])])
    #expect(throws: CompressionError.self) { try space(graph) }
  }
}
