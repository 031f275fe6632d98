import Foundation
import Tensors
import Testing

@testable import Reinforcement

@Suite struct ReplayPrioritiesTests {
  private static let errors: [Float] = [0, 0.24, -1.5, 3, 0.01, -0.7, 0.1]

  private func priorities(exponent: Double, capacity: Int = 7) -> ReplayPriorities {
    var priorities = ReplayPriorities(capacity: capacity, exponent: exponent)
    for position in Self.errors.indices { priorities.insert(at: position) }
    priorities.update(Array(Self.errors.indices), errors: Self.errors)
    return priorities
  }

  /// P(i) from the formula alone.
  private func chances(exponent: Double) -> [Double] {
    let powers = Self.errors.map { pow(Double(abs($0)) + 0.01, exponent) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  @Test(arguments: [0, 0.6, 1])
  func positionsAreDrawnAsOftenAsTheirPrioritiesSay(_ exponent: Double) {
    let priorities = priorities(exponent: exponent)
    var generator = SeededGenerator(seed: 3)
    var counts = [Double](repeating: 0, count: 7)
    let (batches, batch) = (10_000, 16)
    for _ in 0..<batches {
      for position in priorities.sample(batch, using: &generator) { counts[position] += 1 }
    }
    let draws = Double(batches * batch)
    for (count, chance) in zip(counts, chances(exponent: exponent)) {
      // Strata only lessen the spread of independent draws; five of its standard deviations.
      #expect(abs(count / draws - chance) < 5 * (chance * (1 - chance) / draws).squareRoot())
    }
  }

  @Test func everyPartOfTheSumGivesOnePosition() {
    let priorities = priorities(exponent: 1)
    var generator = SeededGenerator(seed: 9)
    // The largest has more than half of the sum: of two parts at least one is wholly its own.
    #expect(chances(exponent: 1)[3] > 0.5)
    for _ in 0..<200 { #expect(priorities.sample(4, using: &generator).count { $0 == 3 } >= 1) }
  }

  @Test func theWeightsAreThoseOfTheFormula() {
    let priorities = priorities(exponent: 0.6)
    let chances = chances(exponent: 0.6)
    let drawn = [3, 0, 3, 5]
    for correction in [0, 0.4, 1] {
      let raw = drawn.map { pow(7 * chances[$0], -correction) }
      let expected = raw.map { $0 / (raw.max() ?? 1) }
      let found = priorities.weights(of: drawn, count: 7, correction: correction)
      for (found, expected) in zip(found, expected) {
        #expect(abs(Double(found) - expected) < 1e-6)
      }
    }
  }

  /// With all of the correction a weighted mean over many draws is the plain mean.
  @Test func theWholeCorrectionTakesTheBiasAway() {
    let priorities = priorities(exponent: 1)
    let values = [5.0, -2, 0.5, 1, 7, 3, -4]
    var generator = SeededGenerator(seed: 12)
    var (sum, total) = (0.0, 0.0)
    for _ in 0..<200_000 {
      let drawn = priorities.sample(1, using: &generator)
      // Divided by the largest of its batch a lone weight is 1; the third position is the measure.
      let weight = priorities.weights(of: drawn + [2], count: 7, correction: 1)
      sum += Double(weight[0] / weight[1]) * values[drawn[0]]
      total += Double(weight[0] / weight[1])
    }
    #expect(abs(sum / total - values.reduce(0, +) / 7) < 0.3)
  }

  @Test func whatIsNewHasTheLargestErrorSoFar() {
    var priorities = priorities(exponent: 1, capacity: 9)
    priorities.insert(at: 7)
    #expect(priorities.tree[7] == Double(Float(3)) + ReplayPriorities.smallestError)
    priorities.update([3], errors: [0.5])
    priorities.insert(at: 8)
    #expect(priorities.tree[8] == priorities.tree[7])
    priorities.update([0], errors: [.nan])
    #expect(priorities.tree[0] == priorities.tree[7])
  }

  @Test func anEmptyReplayGivesNothing() {
    var generator = SeededGenerator(seed: 1)
    #expect(
      ReplayPriorities(capacity: 4, exponent: 0.6).sample(3, using: &generator).isEmpty)
  }

  @Test func theCorrectionRisesToOne() {
    var configuration = DDPGConfiguration()
    configuration.importanceExponent = 0.4
    configuration.importanceAnnealingEpisodes = 300
    #expect(configuration.importanceExponent(afterWarmup: -1) == 0.4)
    #expect(configuration.importanceExponent(afterWarmup: 150) == 0.7)
    #expect(configuration.importanceExponent(afterWarmup: 900) == 1)
    configuration.importanceAnnealingEpisodes = 0
    #expect(configuration.importanceExponent(afterWarmup: 900) == 0.4)
  }

  /// The replay that an agent fills, once around its ring and more.
  @Test(arguments: [DDPGConfiguration.ReturnTarget.monteCarlo, .bootstrap])
  func anAgentKeepsAPriorityForEveryExperience(
    _ target: DDPGConfiguration.ReturnTarget
  ) throws {
    var configuration = DDPGAgentTests.configuration
    configuration.replay = .prioritised
    configuration.returnTarget = target
    let task = SeparableBudget(layers: 5, seed: 3)
    let agent = try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: configuration, streams: .init(seed: 1))
    #expect(configuration.replayCapacity == 50)
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 1))
      .run(episodes: 0..<14) { record in
        let tree = try #require(agent.priorities?.tree)
        try tree.checkInvariants()
        #expect((0..<50).count { tree[$0] > 0 } == min(50, 5 * (record.episode + 1)))
        return true
      }
    let tree = try #require(agent.priorities?.tree)
    #expect(Set((0..<50).map { tree[$0] }).count > 10)
  }
}
