public import Compression
public import CompressionPolicies

/// What a search came to.
public struct SearchResult: Equatable, Sendable {
  /// The run directory.
  public let run: RunDirectory
  /// The policy of the best candidate that meets the budget.
  public let policy: CompressionPolicy
  /// The reward of that candidate.
  public let reward: Double
  /// The reward of the network as it is.
  public let originalReward: Double
  /// The agents side by side, the run's own first.
  public let agents: [AgentResult]
  /// Measured candidates of the run's own agent.
  public let episodes: Int
  /// The mean time of one of its episodes in this process; nil when all were done before.
  public let secondsPerEpisode: Double?
  /// How the best candidates were trained further; nil where the environment does not ask for it.
  public let fineTuning: FineTuningRecord?
  /// How a search for densities went, stage by stage; empty in one for channels.
  public var stages: [StageRecord] = []

  /// Whether there is a network that was trained further.
  public var isFineTuned: Bool {
    fineTuning != nil || stages.last?.fineTunedValidation != nil
  }

  /// What one agent came to.
  public struct AgentResult: Equatable, Sendable {
    /// The agent's name.
    public let agent: String
    /// Candidates it measured.
    public let evaluations: Int
    /// Top-1 of its best candidate on the validation images.
    public let validation: Double
    /// Top-1 of the same on the test images, where there are any.
    public let test: Double?
    /// Its best reward.
    public let reward: Double
    /// What its best candidate costs.
    public let cost: NetworkCost
    /// The run's own agent's best candidate against this one on the test images; nil for itself.
    public let paired: PairedComparison?
  }
}
