import Reinforcement
import Tensors
import Testing

@Suite struct CovarianceMatrixAdaptationTests {
  /// Runs the strategy and gives the best value.
  private func best(
    _ start: [Double], generations: Int, seed: UInt64, _ value: ([Double]) -> Double
  ) throws -> Double {
    var generator = SeededGenerator(seed: seed)
    var strategy = CovarianceMatrixAdaptation(mean: start, stepSize: 0.5)
    var best = -Double.infinity
    for _ in 0..<generations {
      let points = (0..<strategy.populationSize).map { _ in
        let point = strategy.sample(using: &generator)
        return (point: point, value: value(point))
      }
      best = max(best, points.map(\.value).max() ?? best)
      try strategy.update(points)
    }
    return best
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func anIllConditionedBowlIsDescended(seed: UInt64) throws {
    // Axes differ by a factor of 1000: without the covariance this takes thousands of generations.
    let reached = try best([1, -2, 3, 0.5, 2, -1], generations: 220, seed: seed) { point in
      -point.enumerated().reduce(0) { total, entry in
        var scale = 1.0
        for _ in 0..<entry.offset { scale *= 4 }
        return total + scale * entry.element * entry.element
      }
    }
    #expect(reached > -1e-8)
  }

  @Test(arguments: [UInt64(1), 2])
  func theBentValleyOfRosenbrockIsFollowed(seed: UInt64) throws {
    let reached = try best([-1, 1], generations: 400, seed: seed) { point in
      let (a, b) = (point[1] - point[0] * point[0], 1 - point[0])
      return -(100 * a * a + b * b)
    }
    #expect(reached > -1e-6)
  }

  @Test func pointsHeldAtABoundDoNotBreakIt() throws {
    var generator = SeededGenerator(seed: 4)
    var strategy = CovarianceMatrixAdaptation(mean: [0.9, 0.9, 0.1], stepSize: 0.3)
    for _ in 0..<300 {
      try strategy.update(
        (0..<strategy.populationSize).map { _ in
          let point = strategy.sample(using: &generator).map { min(max($0, 0), 1) }
          return (point: point, value: point.reduce(0, +))
        })
    }
    #expect(strategy.mean.allSatisfy { $0 > 0.98 && $0 < 1.01 })
    #expect(strategy.stepSize.isFinite)
  }
}
