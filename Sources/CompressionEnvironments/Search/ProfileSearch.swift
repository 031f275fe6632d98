public import Tensors

/// Keep ratios along a fixed profile over the layers, as large as the limits allow, then filled up
/// channel by channel: the policies that one writes by hand.
///
///     k_t = min(1, m·p_t)        m as large as possible
///
/// `uniform` has p = 1; `shallow` cuts the first layers more and `deep` the last ones, p running from
/// 0.5 to 1.5 or back. The three are the hand-made policies of He et al. 2018, table 2. Without limits
/// m runs down in sixteenths and the best candidate counts.
public struct ProfileSearch: PolicySearch, Sendable {
  /// The agent's name.
  public let name: String
  /// p of the first and of the last layer; those between lie on a line.
  private let ends: (first: Double, last: Double)

  /// One ratio everywhere.
  public static let uniform = ProfileSearch(name: "uniform", ends: (1, 1))
  /// The first layers are cut most.
  public static let shallow = ProfileSearch(name: "shallow", ends: (0.5, 1.5))
  /// The last layers are cut most.
  public static let deep = ProfileSearch(name: "deep", ends: (1.5, 0.5))

  private static let steps = 16

  /// One under limits: there is nothing to choose.
  public func measurements(of episodes: Int, _ problem: SearchProblem) -> Int {
    min(problem.limits.isEmpty ? Self.steps : 1, episodes)
  }

  /// Measures one candidate, without limits one for each multiple.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    let count = measurements(of: episodes, problem)
    for index in 0..<count {
      let multiple =
        problem.limits.isEmpty
        ? Double(Self.steps - index) / Double(Self.steps) : largestMultiple(problem)
      let ideal = ratios(multiple, problem)
      let own = self.widths(ideal, problem)
      let widths = problem.space.fillsProfiles ? problem.filled(own, towards: ideal) : own
      let goesOn = try onEpisode(
        SearchEpisode(
          index: index, requested: ideal, candidate: try problem.evaluate(widths), of: problem))
      guard goesOn else { return }
    }
  }

  private func ratios(_ multiple: Double, _ problem: SearchProblem) -> [Double] {
    let last = Double(max(problem.decisions.count - 1, 1))
    return problem.decisions.indices.map { position in
      let profile = ends.first + (ends.last - ends.first) * Double(position) / last
      return min(1, multiple * profile)
    }
  }

  private func widths(_ ratios: [Double], _ problem: SearchProblem) -> [Int] {
    zip(problem.decisions, ratios).map { decision, ratio in
      decision.choice(upTo: Int((ratio * Double(decision.whole)).rounded(.down)))
    }
  }

  /// Bisects between nothing and everything until no width can change any more.
  private func largestMultiple(_ problem: SearchProblem) -> Double {
    var (low, high) = (0.0, 1 / min(ends.first, ends.last))
    if problem.allows(widths(ratios(high, problem), problem)) { return high }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if problem.allows(widths(ratios(middle, problem), problem)) {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }
}
