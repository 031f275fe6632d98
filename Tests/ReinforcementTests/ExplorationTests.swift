import Reinforcement
import Tensors
import Testing

@Suite struct ExplorationTests {
  @Test func theDeviationDecaysByEpisode() {
    let noise = ExplorationNoise(
      standardDeviation: 0.5, decay: 0.95, finalStandardDeviation: 0.01)
    #expect(noise.standardDeviation(afterWarmup: -3) == 0.5)
    // The values of the AMC schedule after 10, 25 and 50 episodes.
    #expect(abs(noise.standardDeviation(afterWarmup: 10) - 0.299) < 5e-4)
    #expect(abs(noise.standardDeviation(afterWarmup: 25) - 0.139) < 5e-4)
    #expect(abs(noise.standardDeviation(afterWarmup: 50) - 0.0385) < 5e-4)
    #expect(noise.standardDeviation(afterWarmup: 300) == 0.01)
  }

  @Test func theDeviationFallsByEqualAmountsOrNotAtAll() {
    var noise = ExplorationNoise(
      schedule: .linear, standardDeviation: 0.5, decayEpisodes: 40, finalStandardDeviation: 0.1)
    #expect(noise.standardDeviation(afterWarmup: -3) == 0.5)
    #expect(abs(noise.standardDeviation(afterWarmup: 10) - 0.4) < 1e-12)
    #expect(abs(noise.standardDeviation(afterWarmup: 30) - 0.2) < 1e-12)
    for episode in [40, 41, 5000] {
      #expect(abs(noise.standardDeviation(afterWarmup: episode) - 0.1) < 1e-12)
    }
    noise.schedule = .constant
    for episode in [-1, 0, 5000] { #expect(noise.standardDeviation(afterWarmup: episode) == 0.5) }
  }

  @Test func truncatedNoiseHasNoMassAtTheBoundsAndGaussianNoiseHas() {
    var generator = SeededGenerator(seed: 4)
    func atBound(_ shape: ExplorationNoise.Shape) -> Int {
      let noise = ExplorationNoise(shape: shape)
      let draws = (0..<2000).map { _ in
        noise.applied(to: [0.9], standardDeviation: 0.5, using: &generator)[0]
      }
      #expect(draws.allSatisfy { (0...1).contains($0) })
      return draws.count { $0 == 1 || $0 == 0 }
    }
    #expect(atBound(.truncatedNormal) == 0)
    #expect(atBound(.gaussian) > 600)
  }

  @Test func theBaselineFollowsTheReturns() {
    var normalizer = ReturnNormalizer()
    normalizer.average(4, rate: 0.25)
    #expect(normalizer.mean == 4)
    normalizer.average(8, rate: 0.25)
    #expect(normalizer.mean == 5)
    #expect(normalizer.standardDeviation == 1)
  }

  @Test func meanAndDeviationAreThoseOfTheReturns() {
    var normalizer = ReturnNormalizer()
    for value in [1.0, 2, 4, 9] { normalizer.accumulate(value) }
    #expect(normalizer.mean == 4)
    #expect(abs(normalizer.standardDeviation - (38.0 / 3).squareRoot()) < 1e-12)
  }
}
