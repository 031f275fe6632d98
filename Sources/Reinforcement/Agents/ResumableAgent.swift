public import Foundation

/// An agent that can be saved between two episodes and go on elsewhere bit for bit.
public protocol ResumableAgent: Agent {
  /// Everything on which what the agent does next depends: what it learned, what it remembers, and where
  /// its random streams stand.
  ///
  /// - Throws: what coding throws.
  func checkpoint() throws -> Data

  /// Becomes what was saved, in an agent that was made as the saved one was.
  ///
  /// - Throws: `AgentCheckpointError` for what no such agent saved; the agent is then of no use.
  func restore(_ checkpoint: Data) throws
}

/// Why an agent cannot go on from what was saved.
public enum AgentCheckpointError: Error, Equatable, CustomStringConvertible {
  /// Bytes that are no agent's state.
  case unreadable(agent: String)
  /// A state that does not fit the agent at hand.
  case part(agent: String, name: String, expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unreadable(let agent): "what was saved is no state of the agent \(agent)"
    case .part(let agent, let name, let expected, let found):
      "the saved state of the agent \(agent), \(name): expected \(expected), found \(found)"
    }
  }
}
