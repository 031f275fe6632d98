public import Foundation
public import Tensors

/// Draws every action uniformly from the action space: the baseline that learning must beat.
public final class RandomAgent: ResumableAgent {
  /// The name in reports.
  public let name = "random"
  private var stream: SeededGenerator
  private let actionSpace: BoxSpace
  private var saved: SeededGenerator?

  /// A random agent.
  ///
  /// - Throws: `EnvironmentError.unsuitable` when an action has no finite bounds.
  public init(actionSpace: BoxSpace, streams: RandomStreams) throws(EnvironmentError) {
    guard actionSpace.isBounded else {
      throw .unsuitable(agent: "random", expected: "finite action bounds", found: "\(actionSpace)")
    }
    self.actionSpace = actionSpace
    stream = streams.stream("agent/random")
  }

  /// Remembers the stream where the episode is only an evaluation.
  public func beginEpisode(_ index: Int, exploring: Bool) {
    saved = exploring ? nil : stream
  }

  /// A uniform draw.
  public func act(_ observation: [Double]) -> [Double] {
    actionSpace.sample(using: &stream)
  }

  /// Learns nothing.
  public func observe(_ step: AgentStep) {}

  /// Goes back to where the stream was before an evaluation.
  public func endEpisode(return: Double) {
    if let saved { stream = saved }
    saved = nil
  }

  /// Where the stream stands.
  public func checkpoint() throws -> Data { try JSONEncoder().encode(stream) }

  /// Puts the stream where it stood.
  ///
  /// - Throws: `AgentCheckpointError.unreadable`.
  public func restore(_ checkpoint: Data) throws {
    guard let saved = try? JSONDecoder().decode(SeededGenerator.self, from: checkpoint) else {
      throw AgentCheckpointError.unreadable(agent: name)
    }
    stream = saved
  }
}
