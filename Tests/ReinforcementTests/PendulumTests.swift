import Foundation
import Reinforcement
import Tensors
import Testing

@Suite struct PendulumTests {
  /// The settings of RL Baselines3 Zoo (`hyperparams/ddpg.yml`), with 1,000 random steps for 10,000.
  static var configuration: DDPGConfiguration {
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [400, 300]
    configuration.actionEntry = .input
    configuration.twinCritics = false
    configuration.stepInputs = 0
    configuration.criticActionHistory = 0
    configuration.actorLearningRate = 1e-3
    configuration.actorLogitPenalty = 0
    configuration.criticLearningRate = 1e-3
    configuration.targetUpdateRate = 0.005
    configuration.discount = 0.98
    configuration.batchSize = 256
    configuration.replayCapacity = 20_000
    configuration.returnTarget = .bootstrap
    configuration.bootstrapSteps = 1
    configuration.returnNormalization = .none
    configuration.updateTiming = .step
    configuration.updatesPerStep = 1
    configuration.warmupEpisodes = 0
    configuration.warmupSteps = 1000
    // In units of the action space's width: a tenth of the torque's bound.
    configuration.noise = ExplorationNoise(
      shape: .gaussian, standardDeviation: 0.05, decay: 1, finalStandardDeviation: 0)
    return configuration
  }

  private func meanReturn(_ loop: EpisodeLoop, starts: Int) throws -> Double {
    var total = 0.0
    for index in 0..<starts { total += try loop.runEpisode(index, exploring: false).return }
    return total / Double(starts)
  }

  @Test func randomTorqueEarnsWhatItShould() throws {
    let environment = Pendulum()
    let agent = try RandomAgent(actionSpace: environment.actionSpace, streams: .init(seed: 1))
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: .init(seed: 1))
    var total = 0.0
    for index in 0..<500 { total += try loop.runEpisode(index).return }
    // −1226 ± 290 over 20,000 episodes elsewhere; four standard errors of 500 are 52.
    #expect(abs(total / 500 + 1226) < 52)
  }

  @Test func aHangingRodFallsAsTheEquationsSay() throws {
    let environment = Pendulum()
    let start = environment.reset(seed: 9).observation
    let transition = try environment.step([1.5])
    let angle = atan2(start[1], start[0])
    let speed = start[2] + (15 * start[1] + 3 * 1.5) * 0.05
    #expect(abs(transition.observation[2] - speed) < 1e-12)
    #expect(abs(transition.observation[0] - cos(angle + 0.05 * speed)) < 1e-12)
    let cost = angle * angle + 0.1 * start[2] * start[2] + 0.001 * 2.25
    #expect(abs(transition.reward + cost) < 1e-12)
  }

  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["ESPALIER_SLOW"] == "1"),
    arguments: [UInt64(1), 2, 3])
  func ddpgSwingsUpAfterTwentyThousandSteps(seed: UInt64) throws {
    let environment = Pendulum()
    let clock = ContinuousClock()
    let start = clock.now
    let agent = try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: Self.configuration, streams: .init(seed: seed))
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: .init(seed: seed))
    try loop.run(episodes: 0..<100) { _ in true }
    let seconds = clock.now - start
    let mean = try meanReturn(loop, starts: 200)
    print("Pendulum seed \(seed): mean return \(mean) over 200 starts, trained in \(seconds)")
    #expect(mean >= -170)
  }
}
