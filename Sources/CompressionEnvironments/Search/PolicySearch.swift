public import Foundation
public import Reinforcement
public import Tensors

/// An agent that looks for the best candidate of a problem: what `--agent` names.
///
/// Agents differ in how they choose candidates and in nothing else: the problem cuts, reconstructs,
/// measures and counts the same way for all.
public protocol PolicySearch {
  /// The agent's name.
  var name: String { get }

  /// How many candidates the agent measures when it may measure `episodes`.
  func measurements(of episodes: Int, _ problem: SearchProblem) -> Int

  /// Measures up to `episodes` candidates.
  ///
  /// - Parameters:
  ///   - problem: the network, the budget and the measure.
  ///   - episodes: how many candidates may be measured.
  ///   - streams: the run's random streams.
  ///   - onEpisode: called after each measurement; returns whether to go on.
  /// - Throws: what measuring and the callback throw.
  func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws
}

extension PolicySearch {
  /// All that it may.
  public func measurements(of episodes: Int, _ problem: SearchProblem) -> Int { episodes }
}

/// An agent whose search can be taken up in the middle, bit for bit.
public protocol ResumableSearch: PolicySearch {
  /// Measures candidates from a position on.
  ///
  /// - Parameters:
  ///   - position: where an earlier search stood; nil begins.
  ///   - onEpisode: called after each measurement, with what gives the agent's state then; returns whether
  ///     to go on.
  /// - Throws: `AgentCheckpointError`, before anything is measured, for a state that does not fit; what
  ///   measuring and the callback throw.
  func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams, from position: SearchPosition?,
    onEpisode: (SearchEpisode, () throws -> Data) throws -> Bool
  ) throws
}

/// Where a search stood between two episodes.
public struct SearchPosition: Equatable, Sendable {
  /// The episodes that were done.
  public let episodes: Int
  /// The agent's state after them.
  public let state: Data

  /// A position.
  public init(episodes: Int, state: Data) {
    self.episodes = episodes
    self.state = state
  }
}

extension ResumableSearch {
  /// Begins.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    try search(problem, episodes: episodes, streams: streams, from: nil) { episode, _ in
      try onEpisode(episode)
    }
  }
}

/// One measured candidate, as the journal tells it.
public struct SearchEpisode: Equatable, Sendable {
  /// Its number, from 0.
  public let index: Int
  /// The keep ratios that the agent asked for, one for each decision.
  public let requested: [Double]
  /// The keep ratios that were carried out.
  public let executed: [Double]
  /// The candidate as it was made.
  public let candidate: Candidate
  /// Whether the candidate meets the budget; an agent that descends to it measures dearer ones first.
  public let meetsBudget: Bool
  /// What the agent learned from it, for who watches; nil where it does not learn.
  public internal(set) var learning: Learning?

  /// What a learning agent tells of an episode.
  public struct Learning: Equatable, Sendable {
    /// Its updates.
    public let figures: LearningFigures
    /// The deviation of its noise; nil where it did not act by itself.
    public let explorationDeviation: Double?
  }

  /// An episode.
  public init(index: Int, requested: [Double], candidate: Candidate, of problem: SearchProblem) {
    self.index = index
    self.requested = requested
    self.candidate = candidate
    executed = zip(candidate.choices, problem.decisions).map { $1.ratio($0) }
    meetsBudget = problem.limits.allow(candidate.cost)
  }
}
