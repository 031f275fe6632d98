import Compression
import Networks
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct PruningProblemTests {
  @Test func decisionsStandInTheOrderOfTheLayersThatReadTheirChannels() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, part: 0.75, smallestKeep: 0.55)
    #expect(problem.decisions.map(\.layer) == ["b", "c", "classes"])
    #expect(problem.decisions.map(\.channels) == [4, 8, 6])
    #expect(problem.decisions.map(\.fewest) == [3, 5, 4])
    #expect(problem.originalCost == 5184 + 3456 + 5184 + 12)
    #expect(problem.budget == (5184 + 3456 + 5184 + 12) * 3 / 4)
  }

  @Test func theFewestChannelsAreExactWhereTheProductIsNot() throws {
    // 0.55 · 20 is a little more than 11 in binary.
    var generator = SeededGenerator(seed: 1)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(height: 4, width: 4, widthMultiplier: 1.25), using: &generator)
    let problem = try SmallProblems.problem(graph, part: 0.8, smallestKeep: 0.55)
    #expect(problem.decisions.map(\.channels) == [20, 40, 80])
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

  @Test(arguments: WidthCosts.Quantity.allCases, PrunedWidths.allCases)
  func everySequenceOfActionsEndsOnTheBudget(
    _ quantity: WidthCosts.Quantity, _ widths: PrunedWidths
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
          #expect(bounds.upperBound <= decision.channels)
          let draw = bounds.lowerBound + generator.integer(below: bounds.count)
          decided.append(
            sequence == 0 ? bounds.lowerBound : sequence == 1 ? bounds.upperBound : draw)
        }
        let cost = problem.cost(decided)
        #expect(cost <= problem.budget)
        #expect(Double(cost) >= 0.98 * Double(problem.budget), "\(part): \(decided)")
      }
    }
  }

  @Test func whatACandidateCostsIsWhatItsNetworkCosts() throws {
    for quantity in WidthCosts.Quantity.allCases {
      let problem = try SmallProblems.problem(SmallProblems.chain, quantity)
      for widths in [[4, 8, 6], [1, 2, 2], [3, 5, 4]] {
        let cost = try NetworkCost(problem.prune(widths).graph)
        #expect(problem.cost(widths) == (quantity == .macs ? cost.macs : cost.weightBytes))
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
    #expect(problem.budget >= smallest)
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
    #expect(first.widths == [2, 4, 3] && first.cost == problem.cost([2, 4, 3]))
    #expect(first.reward == first.accuracy / 100)
  }

  @Test func candidatesWithinTheBudgetAreHeldAgainstTheBestSoFar() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    // Over the budget: measured to the end, and no standard for others.
    #expect(try problem.evaluate([4, 8, 6]).cost > problem.budget)
    let first = try problem.evaluate([2, 4, 3])
    let second = try problem.evaluate([2, 3, 3])
    _ = try problem.evaluate([1, 3, 3])
    #expect(second.accuracy < first.accuracy)
    #expect(evaluator.thresholds == [-.infinity, first.accuracy, first.accuracy])
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
    #expect(evaluator.thresholds == [-.infinity, 90])
  }

  @Test func aRememberedCandidateIsNotMeasured() throws {
    let evaluator = CountingEvaluator()
    let problem = try SmallProblems.problem(SmallProblems.chain, evaluator: evaluator)
    problem.remember([1, 2, 3], accuracy: 12.5)
    #expect(try problem.evaluate([1, 2, 3]).accuracy == 12.5)
    #expect(evaluator.calls == 0 && problem.evaluations == 1)
  }
}
