public import Networks
public import Tensors

/// Everything that training changes, as one value: saving it is encoding it.
public struct DDPGState: Codable, Equatable, Sendable {
  /// A network, its target, and its optimiser's memory.
  public struct Network: Codable, Equatable, Sendable {
    /// Parameters by name.
    public var online: [String: PackedFloats]
    /// The target's parameters by name.
    public var target: [String: PackedFloats]
    /// Adam's moments.
    public var optimizer: Adam.State
  }

  /// The actor μ.
  public var actor: Network
  /// The critic Q, and its twin where there is one.
  public var critics: [Network]
  /// The replay.
  public var replay: ReplayBuffer
  /// Mean and spread of the returns.
  public var returns: ReturnNormalizer
  /// Where exploration draws from.
  public var explorationStream: SeededGenerator
  /// Where replay positions are drawn from.
  public var replayStream: SeededGenerator
  /// Exploring episodes so far.
  public var episodeCount: Int
  /// Exploring steps so far.
  public var stepCount: Int
  /// Exploring episodes that began after the warm-up.
  public var episodesAfterWarmup: Int
}
