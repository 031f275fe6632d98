import Compression
import Foundation
import Networks
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct SearchProblemTests {
  @Test func decisionsStandInTheOrderOfTheLayersThatReadTheirChannels() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, part: 0.75, smallestKeep: 0.55)
    #expect(problem.decisions.map(\.layer) == ["b", "c", "classes"])
    #expect(problem.decisions.map(\.whole) == [4, 8, 6])
    #expect(problem.decisions.map(\.fewest) == [3, 5, 4])
    #expect(problem.originalCost.macs == 5184 + 3456 + 5184 + 12)
    #expect(problem.limits == [CostLimit(.macs, most: (5184 + 3456 + 5184 + 12) * 3 / 4)])
  }

  @Test func theFewestChannelsAreExactWhereTheProductIsNot() throws {
    // 0.55 · 20 is a little more than 11 in binary.
    var generator = SeededGenerator(seed: 1)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(height: 4, width: 4, widthMultiplier: 1.25), using: &generator)
    let problem = try SmallProblems.problem(graph, part: 0.8, smallestKeep: 0.55)
    #expect(problem.decisions.map(\.whole) == [20, 40, 80])
    #expect(problem.decisions.map(\.fewest) == [11, 22, 44])
  }

  @Test func innerWidthsLeaveTheResidualStreamsAlone() throws {
    let graph = try SmallProblems.network("resnet8")
    let inner = try SmallProblems.problem(graph, widths: .inner)
    #expect(
      inner.decisions.map(\.layer)
        == ["stage1.block1.conv2", "stage2.block1.conv2", "stage3.block1.conv2"])
    let all = try SmallProblems.problem(graph, widths: .all)
    #expect(all.decisions.count == 6)
    #expect(Set(all.decisions.map(\.layer)).count == 6)
  }

  @Test(
    arguments: [CostQuantity.macs, .parameters, .weightBytes], PrunedWidths.allCases)
  func everySequenceOfActionsEndsOnTheBudget(
    _ quantity: CostQuantity, _ widths: PrunedWidths
  ) throws {
    let graph = try SmallProblems.network("resnet20", multiplier: 1.3)
    var generator = SeededGenerator(seed: 7)
    for part in [0.45, 0.62, 0.9] {
      let problem = try SmallProblems.problem(
        graph, quantity, part: part, widths: widths, smallestKeep: 0.1)
      for sequence in 0..<12 {
        // Extremes first: always the least, always the most, then anything.
        var decided: [Int] = []
        for decision in problem.decisions {
          let bounds = problem.bounds(after: decided)
          #expect(bounds.lowerBound >= decision.fewest)
          #expect(bounds.upperBound <= decision.whole)
          let draw = bounds.lowerBound + generator.integer(below: bounds.count)
          decided.append(
            sequence == 0 ? bounds.lowerBound : sequence == 1 ? bounds.upperBound : draw)
        }
        let cost = problem.cost(decided)[quantity]
        let most = problem.limits[0].most
        #expect(cost <= most)
        #expect(Double(cost) >= 0.98 * Double(most), "\(part): \(decided)")
      }
    }
  }

  @Test func whatACandidateCostsIsWhatItsNetworkCosts() throws {
    for quantity in CostQuantity.structural {
      let problem = try SmallProblems.problem(SmallProblems.chain, quantity)
      for widths in [[4, 8, 6], [1, 2, 2], [3, 5, 4]] {
        let cost = try NetworkCost(problem.network(widths))
        #expect(problem.cost(widths) == cost)
      }
    }
  }

  @Test func anUnreachableBudgetIsRefusedWithTheSmallestThatIsNot() throws {
    let smallest = 48 * 1 * 27 + 12 * 2 * 9 + 12 * 2 * 18 + 2 * 2
    let original = 13836
    #expect(
      throws: CompressionError.unreachableBudget(
        quantity: "macs", asked: 1383, smallest: Double(smallest), original: Double(original))
    ) {
      try SmallProblems.problem(SmallProblems.chain, part: 0.1)
    }
    let error = CompressionError.unreachableBudget(
      quantity: "macs", asked: 1383, smallest: Double(smallest), original: Double(original))
    #expect("\(error)".contains("the smallest reachable is \(smallest) (0.1408 of the original"))
    // The part that the message names is enough.
    let problem = try SmallProblems.problem(SmallProblems.chain, part: 0.1408)
    #expect(problem.limits[0].most >= smallest)
    #expect(problem.bounds(after: []) == 1...1)
  }

  @Test func aNetworkOfTiedWidthsAloneSaysWhatIsLeft() throws {
    var graph = SmallProblems.chain
    graph.nodes.insert(
      Node(name: "sum", operatorType: "Add", inputs: ["c", "d"], outputs: ["sum"]), at: 5)
    graph.nodes.insert(
      Node(
        name: "d", operatorType: "Conv", inputs: ["x", "d.weight"], outputs: ["d"],
        attributes: ["strides": .ints([2, 2])]), at: 5)
    graph.initializers["d.weight"] = TypedArray(Tensor(shape: [6, 3, 2, 2], repeating: 1))
    graph.nodes.removeAll { ["a", "a.relu", "b", "b.relu"].contains($0.name) }
    graph.nodes[0].inputs[0] = "x"
    graph.nodes[0].attributes["strides"] = .ints([2, 2])
    graph.initializers["c.weight"] = TypedArray(Tensor(shape: [6, 3, 3, 3], repeating: 1))
    let pool = try #require(graph.nodes.firstIndex { $0.name == "pool" })
    graph.nodes[pool].inputs = ["sum"]
    #expect(
      throws: CompressionError.nothingToPrune(
        "only widths tied by additions are left, and the environment prunes inner widths")
    ) { try SmallProblems.problem(graph, widths: .inner) }
    #expect(try SmallProblems.problem(graph, part: 0.8, widths: .all).decisions.count == 1)
    // A softmax over the channels takes the last freedom.
    graph.nodes.insert(
      Node(
        name: "mixed", operatorType: "Softmax", inputs: ["sum"], outputs: ["mixed"],
        attributes: ["axis": .int(1)]), at: pool)
    graph.nodes[pool + 1].inputs = ["mixed"]
    #expect(throws: CompressionError.nothingToPrune("Softmax 'mixed' mixes channels")) {
      try SmallProblems.problem(graph, widths: .all)
    }
  }

  @Test func aCandidateIsMeasuredOnceAndCountedEachTime() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    let first = try problem.evaluate([2, 4, 3])
    #expect(try problem.evaluate([2, 4, 3]) == first)
    _ = try problem.evaluate([2, 4, 4])
    #expect(evaluator.calls == 2 && problem.evaluations == 3)
    #expect(first.choices == [2, 4, 3] && first.cost == problem.cost([2, 4, 3]))
    #expect(first.reward == first.accuracy / 100)
  }

  @Test func candidatesWithinTheBudgetAreHeldAgainstTheBestSoFar() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    // Over the budget: measured to the end, and no standard for others.
    let whole = try problem.evaluate([4, 8, 6])
    #expect(!problem.limits.allow(whole.cost))
    let first = try problem.evaluate([2, 4, 3])
    let second = try problem.evaluate([2, 3, 3])
    _ = try problem.evaluate([1, 3, 3])
    #expect(second.accuracy < first.accuracy)
    #expect(evaluator.thresholds.count == 3 && evaluator.thresholds[0] == -.infinity)
    for threshold in evaluator.thresholds.dropFirst() {
      #expect(abs(threshold - first.accuracy) < 1e-9)
    }
    problem.forget()
    #expect(problem.evaluations == 0)
    _ = try problem.evaluate([2, 3, 3])
    #expect(evaluator.thresholds.last == -.infinity && evaluator.calls == 5)
  }

  @Test func aRememberedCandidateCountsAsTheBestOnlyOnceItIsAskedFor() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    problem.remember([2, 4, 3], accuracy: 90)
    _ = try problem.evaluate([2, 3, 3])
    _ = try problem.evaluate([2, 4, 3])
    _ = try problem.evaluate([1, 3, 3])
    #expect(evaluator.thresholds.count == 2 && evaluator.thresholds[0] == -.infinity)
    #expect(abs((evaluator.thresholds.last ?? 0) - 90) < 1e-9)
  }

  @Test func aRememberedCandidateIsNotMeasured() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    problem.remember([1, 2, 3], accuracy: 12.5)
    #expect(try problem.evaluate([1, 2, 3]).accuracy == 12.5)
    #expect(evaluator.calls == 0 && problem.evaluations == 1)
  }

  @Test func severalLimitsAreMetAtOnce() throws {
    let graph = try SmallProblems.network("resnet20", multiplier: 1.3)
    let problem = try SmallProblems.problem(
      graph, parts: [(.macs, 0.6), (.parameters, 0.5), (.peakActivationBytes, 0.9)],
      reward: .accuracy, widths: WidthRules(.all, smallestKeep: 0.1))
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      var decided: [Int] = []
      for _ in problem.decisions {
        let bounds = problem.bounds(after: decided)
        decided.append(bounds.lowerBound + generator.integer(below: bounds.count))
      }
      let cost = try NetworkCost(problem.network(decided))
      #expect(cost == problem.cost(decided))
      #expect(problem.limits.allSatisfy { cost[$0.quantity] <= $0.most })
      // At least one of them is used up.
      #expect(problem.limits.contains { Double(cost[$0.quantity]) > 0.95 * Double($0.most) })
    }
  }

  @Test func widthsAreMultiplesWhereTheEnvironmentSaysSo() throws {
    let graph = try SmallProblems.network("resnet14", multiplier: 1.5)
    let problem = try SmallProblems.problem(graph, part: 0.6, smallestKeep: 0.1, multiple: 8)
    #expect(problem.decisions[0].choices == .listed([8, 16, 24]))
    let agents: [any PolicySearch] = [
      ProfileSearch.uniform, ProfileSearch.shallow, ProfileSearch.deep, GreedySearch(),
    ]
    for agent in agents {
      problem.forget()
      try agent.search(problem, episodes: 30, streams: RandomStreams(seed: 1)) { episode in
        for (width, decision) in zip(episode.candidate.choices, problem.decisions) {
          #expect(decision.choices.contains(width), "\(agent.name)")
        }
        return true
      }
    }
    // A width that is no multiple, such as the whole one, can always be kept.
    let odd = Decision(
      layer: "a", choices: WidthRules(.inner, smallestKeep: 0.2, multiple: 8).choices(of: 21),
      features: problem.decisions[0].features)
    #expect(odd.choices == .listed([8, 16, 21]))
    #expect(odd.choice(nearest: 0.6, in: 8...21) == 16)
    #expect(odd.choice(nearest: 0, in: 10...20) == 16)
  }

  @Test func withoutLimitsEveryWidthIsOpenAndTheRewardCountsTheCost() throws {
    let problem = try SmallProblems.problem(
      SmallProblems.chain, parts: [], reward: RewardExpression("R_Param"))
    #expect(problem.bounds(after: [4]) == problem.decisions[1].fewest...8)
    let candidate = try problem.evaluate([2, 4, 3])
    let parameters = try NetworkCost(problem.network([2, 4, 3])).parameters
    let error = 1 - candidate.accuracy / 100
    #expect(abs(candidate.reward + error * log(Double(parameters))) < 1e-12)
  }

  @Test func aCandidateIsGivenUpBelowTheAccuracyThatWouldEqualTheBestReward() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(
      SmallProblems.chain, parts: [],
      reward: RewardExpression("accuracy - 0.01 * macs / originalMacs"), evaluator: evaluator)
    let first = try problem.evaluate([3, 6, 5])
    _ = try problem.evaluate([2, 4, 3])
    let needed = try #require(evaluator.thresholds.last)
    #expect(abs(problem.worth(needed, problem.cost([2, 4, 3])) - first.reward) < 1e-9)
  }
}
