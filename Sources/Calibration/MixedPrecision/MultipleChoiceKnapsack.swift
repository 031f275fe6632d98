/// One choice out of each group, so that the sum of losses is least and no resource is used up.
///
///     minimise  Σ_g loss(g, k_g)     subject to  Σ_g cost_r(g, k_g) ≤ limit_r  for every resource r
///
/// The answer is exact, up to the rounding of sums of losses. Costs and limits are whole numbers, so that
/// "within the limit" is exact too.
///
/// Groups are taken one after the other, and of the partial selections those stay that no other beats in
/// every resource and in loss (dynamic programming over the Pareto front, Nemhauser and Ullmann 1969), and
/// whose Lagrangian bound is below the best selection known (branch and bound). Choices that the bound rules
/// out go before that.
public struct MultipleChoiceKnapsack: Sendable {
  /// One choice of a group.
  public struct Choice: Hashable, Sendable {
    /// What it loses; finite, of any sign.
    public let loss: Double
    /// What it uses of each resource.
    public let costs: [Int]

    /// A choice.
    public init(loss: Double, costs: [Int]) {
      self.loss = loss
      self.costs = costs
    }
  }

  /// The best selection.
  public struct Solution: Hashable, Sendable {
    /// The position of the choice in each group.
    public let choices: [Int]
    /// The sum of their losses.
    public let loss: Double
    /// What they use of each resource.
    public let costs: [Int]
  }

  /// The choices of each group.
  public let groups: [[Choice]]
  /// The most of each resource.
  public let limits: [Int]
  /// The most partial selections that are kept at a time.
  public var mostStates = 4_000_000

  /// A problem.
  ///
  /// - Throws: `KnapsackError.noChoice` for an empty group, `.malformed` for a choice with another number of
  ///   costs than there are limits, `.notFinite` for a loss that is no finite number, `.outOfRange` for a
  ///   cost or limit beyond ±2^60.
  public init(groups: [[Choice]], limits: [Int]) throws(KnapsackError) {
    let range = -(1 << 60)...(1 << 60)
    for (resource, limit) in limits.enumerated() where !range.contains(limit) {
      throw .outOfRange(group: nil, resource: resource, found: limit)
    }
    for (number, group) in groups.enumerated() {
      guard !group.isEmpty else { throw .noChoice(group: number) }
      for (position, choice) in group.enumerated() {
        guard choice.costs.count == limits.count else {
          throw .malformed(group: number, expected: limits.count, found: choice.costs.count)
        }
        guard choice.loss.isFinite else { throw .notFinite(group: number, choice: position) }
        for (resource, cost) in choice.costs.enumerated() where !range.contains(cost) {
          throw .outOfRange(group: number, resource: resource, found: cost)
        }
      }
    }
    self.groups = groups
    self.limits = limits
  }

  /// The selection of the least loss within the limits.
  ///
  /// Of selections with equal losses the same one every time.
  ///
  /// - Throws: `KnapsackError.unreachable` with the smallest reachable cost of a resource that is too small
  ///   for any selection, `.unreachableTogether` where each limit alone could be met, `.outOfRange` for sums
  ///   beyond ±2^60, `.tooManyStates` where the problem is too large for memory.
  public func solve() throws(KnapsackError) -> Solution {
    let reduced = try KnapsackReduction(self)
    let search = KnapsackSearch(reduced, mostStates: mostStates)
    guard let choices = try search.best() else {
      throw .unreachableTogether
    }
    let picked = choices.enumerated().map { groups[$0][$1] }
    return Solution(
      choices: choices, loss: picked.reduce(0) { $0 + $1.loss },
      costs: limits.indices.map { resource in picked.reduce(0) { $0 + $1.costs[resource] } })
  }
}

/// What can be wrong with a knapsack, or have no answer.
public enum KnapsackError: Error, Equatable, CustomStringConvertible {
  /// A group without choices.
  case noChoice(group: Int)
  /// A choice with another number of costs than there are limits.
  case malformed(group: Int, expected: Int, found: Int)
  /// A loss that is no finite number.
  case notFinite(group: Int, choice: Int)
  /// A cost, a limit or a sum of costs that is too large to count with; no group stands for a limit or sum.
  case outOfRange(group: Int?, resource: Int, found: Int)
  /// A limit below what the cheapest selection uses.
  case unreachable(resource: Int, limit: Int, smallest: Int)
  /// Limits that cannot be met at the same time.
  case unreachableTogether
  /// More partial selections than may be kept.
  case tooManyStates(Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .noChoice(let group): "group \(group) has no choices"
    case .malformed(let group, let expected, let found):
      "group \(group): expected \(expected) costs for each choice, found \(found)"
    case .notFinite(let group, let choice):
      "group \(group): the loss of choice \(choice) is no finite number"
    case .outOfRange(let group, let resource, let found):
      "resource \(resource)\(group.map { " of group \($0)" } ?? ""): expected at most 2^60, "
        + "found \(found)"
    case .unreachable(let resource, let limit, let smallest):
      "the limit \(limit) of resource \(resource) cannot be met: the smallest reachable is "
        + "\(smallest)"
    case .unreachableTogether: "the limits cannot be met at the same time, though each alone can"
    case .tooManyStates(let count):
      "the selection was given up with more than \(count) partial selections to compare"
    }
  }
}
