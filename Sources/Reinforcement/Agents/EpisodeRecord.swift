/// All that is worth keeping of an episode.
public struct EpisodeRecord: Codable, Equatable, Sendable {
  /// One step of an episode.
  public struct Step: Codable, Equatable, Sendable {
    /// What the agent asked for.
    public var requestedAction: [Double]
    /// What was carried out.
    public var executedAction: [Double]
    /// The reward.
    public var reward: Double
    /// What the environment told.
    public var info: Info
  }

  /// The episode's number, from 0.
  public var episode: Int
  /// What `reset` was given.
  public var seed: UInt64
  /// Whether the agent explored and learned.
  public var exploring: Bool
  /// What the environment told at the start.
  public var startInfo: Info
  /// The steps in order.
  public var steps: [Step]
  /// Whether the task ended, as opposed to being cut off.
  public var terminated: Bool

  /// The sum of the rewards.
  public var `return`: Double { steps.reduce(0) { $0 + $1.reward } }

  /// What the environment told at the last step; metrics of an episode stand there.
  public var finalInfo: Info { steps.last?.info ?? startInfo }
}
