import Reinforcement
import Tensors

/// Keep ratios under a linear budget whose optimum is known: nine layers, one reward at the end.
struct Knapsack {
  static let title = "knapsack: % below the optimum"
  static let seeds = 1...5
  private static let (episodes, warmup) = (220, 60)

  /// How far the best of all episodes stays below the optimum, in percent of it.
  static func run(_ variant: Variant, seed: Int) throws -> Double {
    let task = SeparableBudget(layers: 9, seed: UInt64(seed))
    let streams = RandomStreams(seed: UInt64(seed))
    let loop = EpisodeLoop(
      environment: task, agent: try agent(variant, task, streams), streams: streams)
    var best = -Double.infinity
    try loop.run(episodes: 0..<episodes) { record in
      best = max(best, record.return)
      return true
    }
    return 100 * (task.optimum - best) / task.optimum
  }

  private static func agent(
    _ variant: Variant, _ task: SeparableBudget, _ streams: RandomStreams
  ) throws -> any Agent {
    if variant.agent == "random" {
      return try RandomAgent(actionSpace: task.actionSpace, streams: streams)
    }
    let base = try variant.preset.map { try DDPGConfiguration.named($0) } ?? DDPGConfiguration()
    let configuration = try base.applying(
      variant.settings(learningEpisodes: episodes - warmup) + ["warmupEpisodes=\(warmup)"])
    return try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: configuration.resolved(steps: task.costs.count), streams: streams)
  }
}
