extension CompressionPolicy {
  /// The search that found a policy.
  public struct Search: Equatable, Sendable {
    /// The name of the agent, for example `ddpg`.
    public var agent: String
    /// The seed of all its random streams, not negative.
    public var seed: Int
    /// The number of episodes it ran.
    public var episodes: Int
    /// The reward of this policy.
    public var reward: Double?

    /// A search of its parts.
    public init(agent: String, seed: Int, episodes: Int, reward: Double? = nil) {
      self.agent = agent
      self.seed = seed
      self.episodes = episodes
      self.reward = reward
    }
  }
}

extension CompressionPolicy.Search: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["agent", "seed", "episodes", "reward"])
    agent = try reader.read("agent")
    seed = try reader.read("seed")
    episodes = try reader.read("episodes")
    reward = try reader.readIfPresent("reward")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "agent": agent.json, "seed": seed.json, "episodes": episodes.json, "reward": reward?.json,
    ])
  }
}
