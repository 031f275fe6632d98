import Foundation
import Reinforcement
import Tensors
import Testing

@Suite struct OrnsteinUhlenbeckTests {
  private let noise = ExplorationNoise(
    shape: .ornsteinUhlenbeck, schedule: .constant, standardDeviation: 0.01, reversion: 0.2)

  /// The noise of many steps around 0.5, far from the bounds.
  private func path(_ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: 11)
    var drift: [Double] = []
    return (0..<count).map { _ in
      noise.applied(to: [0.5], standardDeviation: 0.01, drift: &drift, using: &generator)[0] - 0.5
    }
  }

  @Test func eachStepFollowsTheEquation() {
    var generator = SeededGenerator(seed: 11)
    var expected = 0.0
    for value in path(50) {
      expected += generator.normal(mean: 0, standardDeviation: 0.01) - 0.2 * expected
      #expect(abs(value - expected) < 1e-12)
    }
  }

  @Test func varianceAndCorrelationAreThoseOfTheProcess() {
    let path = path(200_000)
    let variance = path.reduce(0) { $0 + $1 * $1 } / Double(path.count)
    let product = zip(path, path.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(path.count)
    // AR(1) with a = 1 − θ: variance σ²/(1 − a²), correlation a.
    #expect(abs(variance / (1e-4 / (1 - 0.64)) - 1) < 0.05)
    #expect(abs(product / variance - 0.8) < 0.01)
  }

  @Test func anEpisodeBeginsWithoutDrift() {
    var generator = SeededGenerator(seed: 1)
    var drift = [0.4, 0.4, 0.4]
    // Another number of components is another task: nothing is carried over.
    let action = noise.applied(
      to: [0.5, 0.5], standardDeviation: 0, drift: &drift, using: &generator)
    #expect(action == [0.5, 0.5])
  }

  @Test func actionsStayInsideAndOtherShapesHaveNoDrift() {
    var generator = SeededGenerator(seed: 1)
    var drift: [Double] = []
    for _ in 0..<1000 {
      let action = noise.applied(
        to: [0.9], standardDeviation: 0.5, drift: &drift, using: &generator)
      #expect((0...1).contains(action[0]))
    }
    drift = []
    _ = ExplorationNoise().applied(
      to: [0.5], standardDeviation: 0.1, drift: &drift, using: &generator)
    #expect(drift.isEmpty)
  }

  @Test func theFieldIsWrittenOnlyWhereItIsSet() throws {
    let plain = try JSONEncoder().encode(ExplorationNoise())
    #expect(!String(decoding: plain, as: UTF8.self).contains("reversion"))
    let own = try JSONDecoder().decode(
      ExplorationNoise.self, from: JSONEncoder().encode(noise))
    #expect(own == noise)
  }
}
