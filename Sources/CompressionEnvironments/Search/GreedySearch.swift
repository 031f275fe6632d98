public import Tensors

/// Repeatedly the cut that costs the least reward for what it saves, until the limits are met.
///
/// What a cut saves is what it takes off the excess over the limits, each as a part of itself.
///
/// A cut takes a share of one layer's channels, the share such that the way down fits into the allowed
/// measurements when every layer is tried in every round. After a round the next one begins at the best
/// cut. Once the limits are met the result is filled up channel by channel.
public struct GreedySearch: PolicySearch {
  /// The agent's name.
  public let name = "greedy"

  /// The greedy agent.
  public init() {}

  /// Walks down to the budget; every measurement counts as an episode.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    var journal = Journal(problem: problem, left: episodes)
    var widths = problem.decisions.map(\.whole)
    guard !problem.limits.isEmpty else {
      return try climb(from: widths, problem, &journal, onEpisode)
    }
    if episodes > 1, let whole = try journal.measure(widths, onEpisode) {
      widths = try descend(from: whole, problem, &journal, onEpisode)
    }
    // Measurements ran out, or the last cut went further than it had to.
    widths = meetingLimits(widths, problem)
    let ideal = problem.decisions.map { _ in 1.0 }
    _ = try journal.measure(problem.filled(widths, towards: ideal), onEpisode)
  }

  /// Cuts as long as a limit is not met and measurements are left; gives the widths then.
  private func descend(
    from whole: Candidate, _ problem: SearchProblem, _ journal: inout Journal,
    _ onEpisode: (SearchEpisode) throws -> Bool
  ) throws -> [Int] {
    var current = whole
    let target = excess(whole.choices, problem)
    while excess(current.choices, problem) > 0 {
      let widths = current.choices
      let excess = excess(widths, problem)
      // Rounds that the measurements left allow, one kept back for the result.
      let rounds = max(1, (journal.left - 1) / problem.decisions.count)
      let step = max(excess / Double(rounds), target / 64)
      var best: (loss: Double, candidate: Candidate)?
      for position in widths.indices {
        guard let cut = cut(widths, position, saving: step, problem) else { continue }
        guard journal.left > 1, let candidate = try journal.measure(cut, onEpisode) else { break }
        let saved = excess - self.excess(candidate.choices, problem)
        let loss = (current.reward - candidate.reward) / saved
        if best.map({ loss < $0.loss }) ?? true { best = (loss, candidate) }
      }
      guard let best else { break }
      current = best.candidate
    }
    return current.choices
  }

  /// Without limits: again and again the cut of an eighth of a layer that raises the reward most.
  private func climb(
    from widths: [Int], _ problem: SearchProblem, _ journal: inout Journal,
    _ onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    guard var current = try journal.measure(widths, onEpisode) else { return }
    while true {
      var best = current
      for (position, decision) in problem.decisions.enumerated() {
        let width = current.choices[position]
        guard width > decision.fewest else { continue }
        var cut = current.choices
        cut[position] = decision.choice(upTo: width - max(1, decision.whole / 8))
        guard let candidate = try journal.measure(cut, onEpisode) else { return }
        if candidate.reward > best.reward { best = candidate }
      }
      guard best.reward > current.reward else { return }
      current = best
    }
  }

  private func excess(_ widths: [Int], _ problem: SearchProblem) -> Double {
    problem.excess(widths)
  }

  /// The widths with one layer cut by as many channels as save `saving`, but no further than the limits
  /// ask; nil when the layer is at its least or cutting it saves nothing.
  private func cut(
    _ widths: [Int], _ position: Int, saving: Double, _ problem: SearchProblem
  ) -> [Int]? {
    let before = excess(widths, problem)
    var cut = widths
    while let narrower = problem.decisions[position].narrower(than: cut[position]) {
      cut[position] = narrower
      let after = excess(cut, problem)
      if before - after >= saving || after == 0 { return cut }
    }
    return excess(cut, problem) < before ? cut : nil
  }

  /// Takes channels off in proportion until the limits are met.
  private func meetingLimits(_ widths: [Int], _ problem: SearchProblem) -> [Int] {
    var widths = widths
    while !problem.allows(widths) {
      let open = widths.indices.filter { widths[$0] > problem.decisions[$0].fewest }
      let widest = open.max { a, b in
        problem.decisions[a].ratio(widths[a]) < problem.decisions[b].ratio(widths[b])
      }
      guard let widest, let narrower = problem.decisions[widest].narrower(than: widths[widest])
      else { return widths }
      widths[widest] = narrower
    }
    return widths
  }

  private struct Journal {
    let problem: SearchProblem
    var left: Int
    private var index = 0

    init(problem: SearchProblem, left: Int) {
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
          requested: zip(widths, problem.decisions).map { $1.ratio($0) },
          candidate: candidate, of: problem))
      index += 1
      if !goesOn { left = 0 }
      return candidate
    }
  }
}
