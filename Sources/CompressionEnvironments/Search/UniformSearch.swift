public import Tensors

/// One keep ratio everywhere, the largest that meets the budget, then filled up channel by channel.
public struct UniformSearch: PolicySearch {
  /// The agent's name.
  public let name = "uniform"

  /// The uniform agent.
  public init() {}

  /// One: there is nothing to choose.
  public func measurements(of episodes: Int) -> Int { min(1, episodes) }

  /// Measures one candidate.
  public func search(
    _ problem: PruningProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    guard episodes > 0 else { return }
    let ratio = Self.largestRatio(problem)
    let ideal = problem.decisions.map { _ in ratio }
    let widths = problem.filled(Self.widths(problem, ratio), towards: ideal)
    _ = try onEpisode(
      SearchEpisode(
        index: 0, requested: ideal, candidate: try problem.evaluate(widths), of: problem))
  }

  private static func widths(_ problem: PruningProblem, _ ratio: Double) -> [Int] {
    problem.decisions.map { decision in
      min(
        max(Int((ratio * Double(decision.channels)).rounded(.down)), decision.fewest),
        decision.channels)
    }
  }

  /// Bisects between nothing and everything until no width can change any more.
  private static func largestRatio(_ problem: PruningProblem) -> Double {
    var (low, high) = (0.0, 1.0)
    if problem.cost(widths(problem, high)) <= problem.budget { return high }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if problem.cost(widths(problem, middle)) <= problem.budget {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }
}
