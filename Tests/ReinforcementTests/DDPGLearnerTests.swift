import Tensors
import Testing

@testable import Reinforcement

/// Single updates, held against sums written out here.
@Suite struct DDPGLearnerTests {
  private static let batch = 8

  private static var configuration: DDPGConfiguration {
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [12, 8]
    configuration.batchSize = batch
    configuration.stepInputs = 0
    configuration.criticActionHistory = 0
    configuration.returnTarget = .bootstrap
    configuration.outputLayerBound = 0.5
    return configuration
  }

  private func learner(
    _ configuration: DDPGConfiguration, seed: UInt64 = 2
  ) throws -> DDPGLearner {
    var generator = SeededGenerator(seed: seed)
    return try DDPGLearner(
      observationCount: 2, actionCount: 1, configuration: configuration, using: &generator,
      targetNoise: SeededGenerator(seed: 77), pool: WorkerPool(threads: 1))
  }

  private func replay() -> ReplayBuffer {
    var generator = SeededGenerator(seed: 4)
    var replay = ReplayBuffer(capacity: Self.batch, observationCount: 2, actionCount: 1)
    func draw() -> Float { Float(generator.uniform(in: -1...1)) }
    for _ in 0..<Self.batch {
      replay.append(
        Experience(
          observation: [draw(), draw()], action: [draw()], reward: draw(), discount: 0.9,
          baselineWeight: 1, nextObservation: [draw(), draw()]))
    }
    return replay
  }

  private func update(_ learner: inout DDPGLearner, weights: [Float]? = nil) throws -> [Float] {
    try learner.update(
      from: replay(), at: Array(0..<Self.batch), weights: weights, baseline: 0.25, scale: 2)
  }

  private func targets(_ learner: DDPGLearner) -> [[Float]] {
    (learner.critics + [learner.actor]).flatMap { network in
      network.target.parameters.map { Array($0.values) }
    }
  }

  /// y = (R − b)/c + 0.9 · min over critics of Q′(s′, clip(μ′(s′) + clip(ε))), row by row.
  @Test func theTargetIsTheSmallerValueOfTheNoisyAction() throws {
    var configuration = Self.configuration
    configuration.twinCritics = true
    configuration.targetNoise = TargetNoise(deviation: 0.4, clip: 0.3)
    let replay = replay()
    var (smaller, cut) = (Set<Bool>(), false)
    for seed in 1...6 as ClosedRange<UInt64> {
      var learner = try learner(configuration, seed: seed)
      let next = replay.nextObservations
      _ = try learner.actor.target.input("observation").update(fromContentsOf: next)
      learner.actor.target.forward()
      var stream = SeededGenerator(seed: 77)
      let clean = Array(try learner.actor.target.output("action"))
      let noisy = clean.map { action in
        let noise = stream.normal(mean: 0, standardDeviation: 0.4)
        return min(max(action + Float(min(max(noise, -0.3), 0.3)), 0), 1)
      }
      let values = try learner.critics.map { critic in
        _ = try critic.target.input("observation").update(fromContentsOf: next)
        _ = try critic.target.input("action").update(fromContentsOf: noisy.map { 2 * $0 - 1 })
        critic.target.forward()
        return Array(try critic.target.output("value"))
      }
      let first = learner.critics[0].online
      _ = try first.input("observation").update(fromContentsOf: replay.observations)
      _ = try first.input("action").update(fromContentsOf: replay.actions)
      first.forward()
      let now = Array(try first.output("value"))
      let errors = try update(&learner)
      for row in 0..<Self.batch {
        let target = (replay.rewards[row] - 0.25) / 2 + 0.9 * min(values[0][row], values[1][row])
        #expect(abs(errors[row] - (now[row] - target)) < 1e-5)
      }
      smaller.formUnion((0..<Self.batch).map { values[0][$0] < values[1][$0] })
      cut = cut || zip(clean, noisy).contains { abs($1 - $0) > 0.299 }
    }
    // All of it was at work: each critic was the smaller one somewhere, and noise was cut off.
    #expect(smaller.count == 2 && cut)
  }

  @Test func actorAndTargetsMoveAtEverySecondUpdate() throws {
    var configuration = Self.configuration
    configuration.policyDelay = 2
    var learner = try learner(configuration)
    var before = (learner.tensors, targets(learner))
    for number in 1...4 {
      _ = try update(&learner)
      let after = (learner.tensors, targets(learner))
      let moves = number.isMultiple(of: 2)
      #expect((after.0["actor/logits.weight"] != before.0["actor/logits.weight"]) == moves)
      #expect((after.1 != before.1) == moves)
      #expect(after.0["critic1/value.weight"] != before.0["critic1/value.weight"])
      before = after
    }
  }

  @Test func weightsOfOneAreNone() throws {
    var (plain, weighted) = (try learner(Self.configuration), try learner(Self.configuration))
    for _ in 0..<3 {
      let errors = try update(&plain)
      #expect(try update(&weighted, weights: [Float](repeating: 1, count: Self.batch)) == errors)
    }
    #expect(plain.tensors == weighted.tensors)
  }

  /// Adam's first step goes against the gradient's sign, and nowhere where that is 0.
  @Test func anExperienceOfWeightNothingTeachesNothing() throws {
    var learner = try learner(Self.configuration)
    let before = learner.tensors
    _ = try update(&learner, weights: [Float](repeating: 0, count: Self.batch))
    #expect(learner.tensors["critic1/value.weight"] == before["critic1/value.weight"])
    var (alone, others) = (try self.learner(Self.configuration), [Float](repeating: 0, count: 8))
    others[3] = 1
    let error = try update(&alone, weights: others)[3]
    let bias = try #require(alone.tensors["critic1/value.bias"]).scalars[0]
    let old = try #require(before["critic1/value.bias"]).scalars[0]
    #expect((bias < old) == (error > 0) && abs(abs(bias - old) - 1e-3) < 1e-5)
  }

  @Test func targetNoiseStaysWithinItsBounds() {
    var generator = SeededGenerator(seed: 6)
    let noise = TargetNoise(deviation: 0.1, clip: 0.15)
    let draws = (0..<20_000).map { _ in Double(noise.applied(to: 0.5, using: &generator)) - 0.5 }
    #expect(draws.allSatisfy { abs($0) <= 0.15 + 1e-6 })
    // P(|ε| > 1.5 σ) is 0.1336.
    let cut = Double(draws.count { abs($0) > 0.15 - 1e-6 }) / 20_000
    #expect(abs(cut - 0.1336) < 0.0125)
    #expect(abs(draws.reduce(0, +) / 20_000) < 0.0035)
    for _ in 0..<200 {
      #expect((0...1).contains(noise.applied(to: 0.98, using: &generator)))
      #expect((0...1).contains(noise.applied(to: 0.03, using: &generator)))
    }
  }
}
