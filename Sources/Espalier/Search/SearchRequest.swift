public import Foundation

/// What a user asks of a search, before anything is read.
public struct SearchRequest: Equatable, Sendable {
  /// The environment's name or path.
  public var environment: String
  /// Folders with environments of one's own.
  public var environmentFolders: [URL] = []
  /// `key.path=value` assignments laid over the definition.
  public var settings: [String] = []
  /// The model to compress; nil takes the environment's.
  public var model: URL?
  /// The data; nil takes the environment's.
  public var data: String?
  /// Limits in place of the environment's, each `KEY=VALUE`.
  public var budgets: [String] = []
  /// The device whose time and energy count; nil takes the environment's.
  public var device: String?
  /// Folders with devices of one's own.
  public var deviceFolders: [URL] = []
  /// The agent.
  public var agent = "ddpg"
  /// A trained agent to begin with: a run directory or its `agent.json`; nil begins anew.
  public var agentFrom: URL?
  /// Candidates to measure; nil takes the environment's number.
  public var episodes: Int?
  /// The seed of all random streams.
  public var seed = 1
  /// Threads; nil takes one per processor.
  public var threads: Int?
  /// Images in one pass; nil takes the environment's number.
  public var batch: Int?
  /// The run directory; nil makes one under `./runs/`.
  public var output: URL?
  /// Whether to go on with the run in `output`.
  public var resume = false
  /// Episodes from one checkpoint to the next, 0 for none; nil takes ten.
  ///
  /// Changes nothing that comes out.
  public var checkpointEpisodes: Int?

  /// A request with defaults.
  public init(environment: String) {
    self.environment = environment
  }
}
