import Compression
import Networks
import Reinforcement
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct AMCEnvironmentTests {
  @Test(arguments: PrunedWidths.allCases)
  func theContractOfEnvironmentsHolds(_ widths: PrunedWidths) throws {
    let graph = try SmallProblems.network("resnet8")
    for part in [0.4, 0.75] {
      let problem = try SmallProblems.problem(graph, part: part, widths: widths, smallestKeep: 0.1)
      let environment = AMCEnvironment(problem, smallestKeep: 0.1)
      #expect(EnvironmentContract.check(environment).isEmpty)
      #expect(EnvironmentContract.check(environment, seed: 99).isEmpty)
    }
  }

  @Test func theExecutedActionIsWhatWasDone() throws {
    let problem = try SmallProblems.problem(try SmallProblems.network("resnet14"), part: 0.55)
    let environment = AMCEnvironment(problem, smallestKeep: 0.2)
    var generator = SeededGenerator(seed: 5)
    for episode in 0..<20 {
      _ = try environment.reset(seed: UInt64(episode))
      var executed: [Double] = []
      var ended = false
      while !ended {
        let transition = try environment.step([generator.uniform(in: 0.2...1)])
        executed += transition.executedAction
        ended = transition.ended
        #expect(transition.reward == 0 || ended)
        let width = try #require(transition.info["width"]?.number)
        let channels = Double(problem.decisions[executed.count - 1].whole)
        #expect(executed[executed.count - 1] == width / channels)
      }
      let candidate = try #require(environment.candidate)
      #expect(
        executed
          == zip(candidate.choices, problem.decisions).map { Double($0) / Double($1.whole) })
      #expect(problem.limits.allow(candidate.cost))
    }
  }

  @Test func theLastStepCarriesTheCandidatesReward() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain)
    let environment = AMCEnvironment(problem, smallestKeep: 0.2)
    let start = try environment.reset(seed: 1)
    #expect(start.info["layer"]?.text == "b")
    #expect(try environment.step([0.5]).info["layer"]?.text == "b")
    #expect(try environment.step([0.5]).info["layer"]?.text == "c")
    let last = try environment.step([0.5])
    let candidate = try #require(environment.candidate)
    #expect(last.terminated && !last.truncated)
    #expect(last.reward == candidate.reward)
    #expect(last.info["accuracy"]?.number == candidate.accuracy)
    #expect(last.info["macs"]?.number == Double(candidate.cost.macs))
  }

  @Test func anActionIsRoundedToTheNearestWidthInsideTheBounds() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, part: 0.6)
    let environment = AMCEnvironment(problem, smallestKeep: 0.2)
    _ = try environment.reset(seed: 1)
    let bounds = problem.bounds(after: [])
    #expect(bounds.contains(2))
    #expect(try environment.step([0.45]).executedAction == [0.5])
    _ = try environment.reset(seed: 1)
    #expect(try environment.step([1]).executedAction == [Double(bounds.upperBound) / 4])
    _ = try environment.reset(seed: 1)
    #expect(try environment.step([0.2]).executedAction == [Double(bounds.lowerBound) / 4])
  }
}

@Suite struct AMCStateTests {
  private func expect(_ state: AMCState, is expected: [Double]) {
    #expect(state.vector.count == expected.count)
    for (entry, value) in zip(state.vector, expected) { #expect(abs(entry - value) < 1e-12) }
  }

  @Test func theFirstStateOfASmallNetworkIsThatCountedByHand() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, smallestKeep: 0.5)
    let original = 13836.0
    let narrowest = Double(48 * 2 * 27 + 12 * 4 * 18 + 12 * 3 * 36 + 3 * 2)
    expect(
      AMCState(problem, decided: []),
      is: [
        0, 1, 4.0 / 8, 1, 1, 1, 1, 3456.0 / 5184, 0, (original - narrowest) / original, 1,
      ])
  }

  @Test func aLaterStateTellsWhatWasRemovedAndWhatCanBe() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, smallestKeep: 0.5)
    let original = 13836.0
    let now = Double(48 * 3 * 27 + 12 * 8 * 27 + 5184 + 12)
    let narrowest = Double(48 * 3 * 27 + 12 * 4 * 27 + 12 * 3 * 36 + 3 * 2)
    expect(
      AMCState(problem, decided: [3]),
      is: [
        1.0 / 3, 6.0 / 8, 1, 0.5, 0.5, 0.5, 1, 1, (original - now) / original,
        (now - narrowest) / original, 0.75,
      ])
  }

  @Test func aDenseLayerHasNoStrideAndOnePixel() throws {
    let problem = try SmallProblems.problem(SmallProblems.chain, smallestKeep: 0.5)
    let vector = AMCState(problem, decided: [3, 4]).vector
    let expected = [2.0 / 3, 2.0 / 8, 6.0 / 8, 1.0 / 8, 1.0 / 6, 0, 1.0 / 3, 12.0 / 5184]
    for (entry, value) in zip(vector, expected) { #expect(abs(entry - value) < 1e-12) }
    #expect(vector[10] == 0.5)
    let end = AMCState(problem, decided: [3, 4, 5]).vector
    #expect(end[0] == 1 && end[9] == 0)
  }

  @Test func everyEntryStaysBetweenZeroAndOne() throws {
    let problem = try SmallProblems.problem(
      try SmallProblems.network("resnet14"), part: 0.4, widths: .all, smallestKeep: 0.1)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      var decided: [Int] = []
      while decided.count < problem.decisions.count {
        let bounds = problem.bounds(after: decided)
        decided.append(bounds.lowerBound + generator.integer(below: bounds.count))
        let state = AMCState(problem, decided: decided)
        #expect(state.vector.allSatisfy { (0...1).contains($0) })
        // Clamping hides nothing: the entries that change lie inside by themselves.
        #expect((0...1).contains(state.reduced) && (0...1).contains(state.rest))
      }
    }
  }
}
