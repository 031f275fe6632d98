/// What a search tells while it runs.
public struct SearchProgress: Equatable, Sendable {
  /// The agent at work.
  public let agent: String
  /// Its episodes so far.
  public let episode: Int
  /// Its episodes in all.
  public let episodes: Int
  /// The reward of the last candidate.
  public let reward: Double
  /// The rewards of the journal's episodes, with the first progress of a run that goes on.
  public internal(set) var earlier: [Double] = []
  /// The best reward so far among candidates that meet the budget.
  public let best: Double?
  /// Seconds since this agent began.
  public let seconds: Double
  /// Of its episodes those that were measured in these seconds; the others came from the journal.
  public internal(set) var measured: Int
  /// The deviation of the exploration noise, in parts of the action space's width; nil where there is none.
  public internal(set) var noise: Double?
  /// What the last and the best candidate cost, one entry for each limit.
  public internal(set) var costs: [Cost] = []
  /// The best candidate within the budget, layer by layer; empty while there is none.
  public internal(set) var layers: [Layer] = []

  /// Cost against a limit, both in the limit's own unit.
  public struct Cost: Equatable, Sendable {
    /// What is limited, such as `macs`.
    public let quantity: String
    /// What the last candidate costs.
    public let used: Double
    /// What the best candidate costs.
    public let best: Double?
    /// The most there may be.
    public let limit: Double

    /// A cost.
    public init(quantity: String, used: Double, best: Double?, limit: Double) {
      (self.quantity, self.used, self.best, self.limit) = (quantity, used, best, limit)
    }
  }

  /// What is left of a layer.
  public struct Layer: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// The part that is kept, or of the most bits: 0…1.
    public let part: Double
    /// Its bits, in a search for bits.
    public let bits: Int?

    /// A layer.
    public init(name: String, part: Double, bits: Int? = nil) {
      (self.name, self.part, self.bits) = (name, part, bits)
    }
  }

  /// The time that the episodes left will take if they take as long as those measured: seconds.
  public var secondsLeft: Double {
    seconds / Double(max(measured, 1)) * Double(max(episodes - episode, 0))
  }

  /// Progress; the rest is filled in where it is known.
  public init(
    agent: String, episode: Int, episodes: Int, reward: Double, best: Double?, seconds: Double,
    measured: Int? = nil, noise: Double? = nil, costs: [Cost] = [], layers: [Layer] = []
  ) {
    self.agent = agent
    self.episode = episode
    self.episodes = episodes
    self.reward = reward
    self.best = best
    self.seconds = seconds
    self.measured = measured ?? episode
    self.noise = noise
    self.costs = costs
    self.layers = layers
  }
}
