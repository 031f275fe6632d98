import Reinforcement
import Tensors

/// Pendulum-v1 for 8,000 steps, of which 1,000 are random: bootstrapped, with small networks.
struct PendulumTask {
  static let title = "Pendulum: mean return without noise"
  static let seeds = 1...3
  private static let episodes = 40
  private static let starts = 100

  /// What is the same for all variants: the task's horizon, units and the size of networks and replay.
  private static let common = [
    "hiddenLayers=[64,64]", "stepInputs=0", "criticActionHistory=0", "discount=0.98",
    "batchSize=100", "replayCapacity=20000", #"returnNormalization="none""#,
    "actorLogitPenalty=0", #"updateTiming="step""#, "updatesPerStep=1", "warmupEpisodes=0",
    "warmupSteps=1000",
  ]
  private static let base = [
    #"actionEntry="input""#, #"returnTarget="bootstrap""#, "targetUpdateRate=0.005",
    #"noise.shape="gaussian""#, "noise.standardDeviation=0.15", "noise.decay=0.95",
    "noise.finalStandardDeviation=0.03",
  ]

  /// The mean return over many starts after learning.
  static func run(_ variant: Variant, seed: Int) throws -> Double {
    let environment = Pendulum()
    let streams = RandomStreams(seed: UInt64(seed))
    let agent = try agent(variant, environment, streams)
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    try loop.run(episodes: 0..<episodes) { _ in true }
    var total = 0.0
    for index in 0..<starts { total += try loop.runEpisode(index, exploring: false).return }
    return total / Double(starts)
  }

  private static func agent(
    _ variant: Variant, _ environment: Pendulum, _ streams: RandomStreams
  ) throws -> any Agent {
    if variant.agent == "random" {
      return try RandomAgent(actionSpace: environment.actionSpace, streams: streams)
    }
    let preset = try variant.preset.map { try DDPGConfiguration.named($0) }
    let configuration = try (preset ?? DDPGConfiguration())
      .applying(
        common + (preset == nil ? base : [])
          + variant.settings(learningEpisodes: episodes))
    return try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: configuration, streams: streams)
  }
}
