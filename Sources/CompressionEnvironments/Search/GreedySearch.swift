public import Tensors

/// Repeatedly the cut that costs the least reward per unit of cost, until the budget is met.
///
/// A cut takes a share of one layer's channels, the share such that the way down fits into the allowed
/// measurements when every layer is tried in every round. After a round the next one begins at the best
/// cut. Once the budget is met the result is filled up channel by channel.
public struct GreedySearch: PolicySearch {
  /// The agent's name.
  public let name = "greedy"

  /// The greedy agent.
  public init() {}

  /// Walks down to the budget; every measurement counts as an episode.
  public func search(
    _ problem: PruningProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    var journal = Journal(problem: problem, left: episodes)
    var widths = problem.decisions.map(\.channels)
    if episodes > 1, let whole = try journal.measure(widths, onEpisode) {
      widths = try descend(from: whole, problem, &journal, onEpisode)
    }
    // Measurements ran out, or the last cut went further than it had to.
    widths = meetingBudget(widths, problem)
    let ideal = problem.decisions.map { _ in 1.0 }
    _ = try journal.measure(problem.filled(widths, towards: ideal), onEpisode)
  }

  /// Cuts as long as the budget is not met and measurements are left; gives the widths then.
  private func descend(
    from whole: Candidate, _ problem: PruningProblem, _ journal: inout Journal,
    _ onEpisode: (SearchEpisode) throws -> Bool
  ) throws -> [Int] {
    var current = whole
    let target = originalExcess(problem)
    while problem.cost(current.widths) > problem.budget {
      let widths = current.widths
      let excess = Double(problem.cost(widths) - problem.budget)
      // Rounds that the measurements left allow, one kept back for the result.
      let rounds = max(1, (journal.left - 1) / problem.decisions.count)
      let step = max(excess / Double(rounds), target / 64)
      var best: (loss: Double, candidate: Candidate)?
      for position in widths.indices {
        guard let cut = cut(widths, position, saving: step, problem) else { continue }
        guard journal.left > 1, let candidate = try journal.measure(cut, onEpisode) else { break }
        let saved = Double(current.cost - candidate.cost)
        let loss = (current.reward - candidate.reward) / saved
        if best.map({ loss < $0.loss }) ?? true { best = (loss, candidate) }
      }
      guard let best else { break }
      current = best.candidate
    }
    return current.widths
  }

  private func originalExcess(_ problem: PruningProblem) -> Double {
    Double(problem.originalCost - problem.budget)
  }

  /// The widths with one layer cut by as many channels as save `saving`, but no further than the budget
  /// asks; nil when the layer is at its least.
  private func cut(
    _ widths: [Int], _ position: Int, saving: Double, _ problem: PruningProblem
  ) -> [Int]? {
    let before = problem.cost(widths)
    var cut = widths
    while cut[position] > problem.decisions[position].fewest {
      cut[position] -= 1
      let cost = problem.cost(cut)
      if Double(before - cost) >= saving || cost <= problem.budget { return cut }
    }
    return cut[position] < widths[position] ? cut : nil
  }

  /// Takes channels off in proportion until the budget is met.
  private func meetingBudget(_ widths: [Int], _ problem: PruningProblem) -> [Int] {
    var widths = widths
    while problem.cost(widths) > problem.budget {
      let open = widths.indices.filter { widths[$0] > problem.decisions[$0].fewest }
      let widest = open.max { a, b in
        Double(widths[a]) / Double(problem.decisions[a].channels)
          < Double(widths[b]) / Double(problem.decisions[b].channels)
      }
      guard let widest else { return widths }
      widths[widest] -= 1
    }
    return widths
  }

  private struct Journal {
    let problem: PruningProblem
    var left: Int
    private var index = 0

    init(problem: PruningProblem, left: Int) {
      self.problem = problem
      self.left = left
    }

    /// Measures and reports; nil when no measurement is left or the caller stops.
    mutating func measure(
      _ widths: [Int], _ onEpisode: (SearchEpisode) throws -> Bool
    ) throws -> Candidate? {
      guard left > 0 else { return nil }
      left -= 1
      let candidate = try problem.evaluate(widths)
      let goesOn = try onEpisode(
        SearchEpisode(
          index: index,
          requested: zip(widths, problem.decisions).map { Double($0) / Double($1.channels) },
          candidate: candidate, of: problem))
      index += 1
      if !goesOn { left = 0 }
      return candidate
    }
  }
}
