/// The search over partial selections.
struct KnapsackSearch {
  private var problem: KnapsackReduction
  private let mostStates: Int
  private let resources: Int
  private var multipliers: KnapsackMultipliers
  /// The best selection known, as positions within the groups as they were given.
  private var incumbent: (loss: Double, choices: [Int])?

  /// Partial selections: those of all groups so far.
  private struct States {
    var losses: [Double] = []
    /// The costs of all resources, state after state.
    var costs: [Int] = []
    /// The state in the step before, and the position in the group as it was given.
    var origins: [(parent: Int32, position: Int32)] = []
    var count: Int { losses.count }
  }

  init(_ problem: KnapsackReduction, mostStates: Int) {
    self.problem = problem
    self.mostStates = mostStates
    resources = problem.capacities.count
    multipliers = KnapsackMultipliers(problem, upperBound: .infinity)
    // A group may have lost every choice: each used more than there is.
    guard !problem.groups.contains(where: \.isEmpty) else { return }
    offer(KnapsackHeuristic(problem: problem).selection(from: multipliers))
    multipliers = KnapsackMultipliers(problem, upperBound: incumbent?.loss ?? .infinity)
    offer(KnapsackHeuristic(problem: problem).selection(from: multipliers))
    dropHopelessChoices()
  }

  /// The positions of the best selection's choices in the groups as they were given; nil where no selection
  /// is within the capacities.
  ///
  /// - Throws: `KnapsackError.tooManyStates`.
  func best() throws(KnapsackError) -> [Int]? {
    guard !problem.groups.contains(where: \.isEmpty) else { return incumbent?.choices }
    // Groups with the widest choice come last: the bound is then at its best where it is needed most.
    let order = problem.groups.indices.sorted {
      (problem.groups[$0].count, $0) < (problem.groups[$1].count, $1)
    }
    let bounds = suffixBounds(order)
    var steps: [States] = []
    var states = States()
    states.losses = [0]
    states.costs = [Int](repeating: 0, count: resources)
    states.origins = [(0, 0)]
    for (step, number) in order.enumerated() {
      steps.append(states)
      states = try extended(states, by: problem.groups[number], bound: bounds[step + 1])
      if states.count == 0 { return incumbent?.choices }
    }
    guard var state = states.losses.indices.min(by: { states.losses[$0] < states.losses[$1] })
    else { return incumbent?.choices }
    if let incumbent, incumbent.loss <= states.losses[state] { return incumbent.choices }
    var choices = [Int](repeating: 0, count: order.count)
    for (step, number) in order.enumerated().reversed() {
      let origin = (step + 1 < steps.count ? steps[step + 1] : states).origins[state]
      choices[number] = Int(origin.position)
      state = Int(origin.parent)
    }
    return choices
  }

  /// Above this a bound is hopeless; sums of losses come out a little different in another order.
  private var ceiling: Double {
    guard let incumbent else { return .infinity }
    let size = problem.groups.reduce(0) { sum, group in
      sum + (group.map { abs($0.loss) }.max() ?? 0)
    }
    return incumbent.loss + 1e-12 * size
  }

  private mutating func offer(_ choices: [Int]?) {
    guard let choices else { return }
    let loss = KnapsackHeuristic(problem: problem).loss(choices)
    if incumbent.map({ loss < $0.loss }) ?? true {
      incumbent = (loss, choices.enumerated().map { problem.groups[$0][$1].position })
    }
  }

  /// Leaves out the choices that no selection as good as the known one can hold.
  private mutating func dropHopelessChoices() {
    let least = problem.groups.map { $0.map(multipliers.priced).min() ?? 0 }
    let bound = least.reduce(-reserve) { $0 + $1 }
    for (number, group) in problem.groups.enumerated() {
      problem.groups[number] = group.filter {
        bound - least[number] + multipliers.priced($0) <= ceiling
      }
    }
  }

  /// λ · capacity.
  private var reserve: Double {
    zip(multipliers.prices, problem.capacities).reduce(0) { $0 + $1.0 * Double($1.1) }
  }

  /// For each step the least of loss + λ · cost that the groups from there on come to, minus λ · capacity.
  private func suffixBounds(_ order: [Int]) -> [Double] {
    var bounds = [-reserve]
    for number in order.reversed() {
      let least = problem.groups[number].map(multipliers.priced).min() ?? 0
      bounds.append(bounds[bounds.count - 1] + least)
    }
    return bounds.reversed()
  }

  /// All states with one more choice that fit, are not hopeless and that no other beats.
  private func extended(
    _ states: States, by group: [KnapsackReduction.Choice], bound: Double
  ) throws(KnapsackError) -> States {
    let ceiling = ceiling
    var next = States()
    for state in 0..<states.count {
      let first = state * resources
      candidates: for choice in group {
        let loss = states.losses[state] + choice.loss
        var value = loss + bound
        for resource in 0..<resources {
          let cost = states.costs[first + resource] + choice.costs[resource]
          if cost > problem.capacities[resource] { continue candidates }
          value += multipliers.prices[resource] * Double(cost)
        }
        guard value <= ceiling else { continue }
        next.losses.append(loss)
        for resource in 0..<resources {
          next.costs.append(states.costs[first + resource] + choice.costs[resource])
        }
        next.origins.append((Int32(state), Int32(choice.position)))
      }
      // The front may be far smaller than all of it: reduce on the way.
      if next.count > mostStates {
        next = front(next)
        guard next.count <= mostStates / 2 else { throw .tooManyStates(mostStates) }
      }
    }
    return front(next)
  }

  /// The states that no other beats in loss and in every resource; of equal ones the first.
  ///
  /// With more than two resources some that are beaten may stay, which costs time alone.
  private func front(_ states: States) -> States {
    let order = states.losses.indices.sorted { a, b in
      for resource in 0..<resources {
        let left = states.costs[a * resources + resource]
        let right = states.costs[b * resources + resource]
        if left != right { return left < right }
      }
      return (states.losses[a], a) < (states.losses[b], b)
    }
    var kept = States()
    var stairs = KnapsackStairs()
    for state in order {
      let loss = states.losses[state]
      let costs = states.costs[state * resources..<(state + 1) * resources]
      // All that came before use no more of the first resource.
      let second = resources > 1 ? costs[costs.startIndex + 1] : 0
      let others = resources > 2 ? Array(costs.dropFirst(2)) : []
      guard stairs.admit(second, loss: loss, others: others) else { continue }
      kept.losses.append(loss)
      kept.costs.append(contentsOf: costs)
      kept.origins.append(states.origins[state])
    }
    return kept
  }
}

/// For a sweep over states that use ever more of the first resource: which of the others are beaten.
struct KnapsackStairs {
  /// Costs of the second resource, rising, with the least loss up to there, falling, and whatever else that
  /// state uses.
  private var steps: [(cost: Int, loss: Double, others: [Int])] = []
  private static let lookBack = 64

  /// Whether no state so far is at least as good; if so it counts from now on.
  mutating func admit(_ cost: Int, loss: Double, others: [Int]) -> Bool {
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].cost <= cost { low = middle + 1 } else { high = middle }
    }
    if low > 0, steps[low - 1].loss <= loss {
      // The states with smaller losses are the last ones; of further resources a few are compared with.
      let beaten = steps[max(0, low - Self.lookBack)..<low].reversed().prefix { $0.loss <= loss }
        .contains { zip($0.others, others).allSatisfy { $0 <= $1 } }
      return !beaten
    }
    var end = low
    while end < steps.count, steps[end].loss >= loss { end += 1 }
    // The step at the same cost is replaced as well: it has the larger loss.
    let start = low > 0 && steps[low - 1].cost == cost ? low - 1 : low
    steps.replaceSubrange(start..<end, with: [(cost, loss, others)])
    return true
  }
}
