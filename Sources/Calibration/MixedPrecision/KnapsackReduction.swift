/// A knapsack with costs counted from each group's least, and without choices that another one beats.
struct KnapsackReduction {
  /// A choice with its place in the group as it was given.
  struct Choice {
    let position: Int
    let loss: Double
    /// What it uses of each resource above the least of its group.
    let costs: [Int]
  }

  /// The choices of each group.
  var groups: [[Choice]]
  /// What is left of each resource above the least of all groups.
  let capacities: [Int]

  /// - Throws: `KnapsackError.unreachable`, `.outOfRange`.
  init(_ knapsack: MultipleChoiceKnapsack) throws(KnapsackError) {
    var capacities: [Int] = []
    var least: [[Int]] = []
    for (resource, limit) in knapsack.limits.enumerated() {
      let own = knapsack.groups.map { group in group.map { $0.costs[resource] }.min() ?? 0 }
      let smallest = try Self.sum(own, resource)
      _ = try Self.sum(
        knapsack.groups.map { group in group.map { $0.costs[resource] }.max() ?? 0 }, resource)
      guard smallest <= limit else {
        throw .unreachable(resource: resource, limit: limit, smallest: smallest)
      }
      least.append(own)
      capacities.append(limit - smallest)
    }
    self.capacities = capacities
    groups = knapsack.groups.enumerated().map { number, group in
      let choices = group.enumerated().map { position, choice in
        Choice(
          position: position, loss: choice.loss,
          costs: choice.costs.enumerated().map { $1 - least[$0][number] })
      }
      return Self.undominated(
        choices.filter { zip($0.costs, capacities).allSatisfy { $0 <= $1 } })
    }
  }

  private static func sum(_ costs: [Int], _ resource: Int) throws(KnapsackError) -> Int {
    var sum = 0
    for cost in costs {
      let (next, overflow) = sum.addingReportingOverflow(cost)
      guard !overflow, abs(next) <= 1 << 60 else {
        throw .outOfRange(group: nil, resource: resource, found: overflow ? cost : next)
      }
      sum = next
    }
    return sum
  }

  /// The choices that no other one beats or equals in everything; of equal ones the first.
  private static func undominated(_ choices: [Choice]) -> [Choice] {
    choices.filter { choice in
      !choices.contains { other in
        guard other.position != choice.position, other.loss <= choice.loss,
          zip(other.costs, choice.costs).allSatisfy({ $0 <= $1 })
        else { return false }
        let isEqual = other.loss == choice.loss && other.costs == choice.costs
        return !isEqual || other.position < choice.position
      }
    }
  }
}
