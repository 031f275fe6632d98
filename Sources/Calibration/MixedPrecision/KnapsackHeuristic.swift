/// A good selection within the limits, so that the search has something to beat.
struct KnapsackHeuristic {
  let problem: KnapsackReduction

  /// Positions within the reduced groups; nil where none was found within the capacities.
  ///
  /// Prices rise until the selection that is cheapest under them fits; then single choices are made better as
  /// long as they fit.
  func selection(from multipliers: KnapsackMultipliers?) -> [Int]? {
    var best: (loss: Double, choices: [Int])?
    func consider(_ choices: [Int]) {
      guard fits(used(choices)) else { return }
      let better = improved(choices)
      let loss = loss(better)
      if best.map({ loss < $0.loss }) ?? true { best = (loss, better) }
    }
    consider(problem.groups.map { cheapest($0) { _ in 0 } })
    for resource in problem.capacities.indices {
      consider(problem.groups.map { cheapest($0) { Double($0.costs[resource]) } })
    }
    guard let prices = multipliers?.prices else { return best?.choices }
    for step in 0..<24 {
      let factor = step == 0 ? 1 : 1 + 0.01 * Double(1 << min(step, 20))
      let choices = problem.groups.map { group in
        cheapest(group) { choice in
          zip(prices, choice.costs).reduce(choice.loss / factor) { $0 + $1.0 * Double($1.1) }
        }
      }
      consider(choices)
      if fits(used(choices)), step > 2 { break }
    }
    return best?.choices
  }

  /// The position of the least value, then of the least part of the capacities.
  private func cheapest(
    _ group: [KnapsackReduction.Choice], _ value: (KnapsackReduction.Choice) -> Double
  ) -> Int {
    let keys = group.map { (value($0), part(of: $0.costs)) }
    return keys.indices.min { keys[$0] < keys[$1] } ?? 0
  }

  private func part(of costs: [Int]) -> Double {
    zip(costs, problem.capacities).reduce(0) { $0 + Double($1.0) / Double(max($1.1, 1)) }
  }

  /// What a selection uses of each resource.
  func used(_ choices: [Int]) -> [Int] {
    problem.capacities.indices.map { resource in
      choices.enumerated().reduce(0) { $0 + problem.groups[$1.offset][$1.element].costs[resource] }
    }
  }

  /// Whether a use of the resources is within the capacities.
  func fits(_ used: [Int]) -> Bool { zip(used, problem.capacities).allSatisfy { $0 <= $1 } }

  /// The sum of a selection's losses.
  func loss(_ choices: [Int]) -> Double {
    choices.enumerated().reduce(0) { $0 + problem.groups[$1.offset][$1.element].loss }
  }

  /// A selection whose single choices cannot be made better within the capacities.
  func improved(_ start: [Int]) -> [Int] {
    var choices = start
    var used = used(choices)
    // Each round lowers the loss, and there are finitely many selections; the cap is for time alone.
    for _ in 0..<4 * problem.groups.count {
      var best: (worth: Double, group: Int, choice: Int)?
      for (number, group) in problem.groups.enumerated() {
        let present = group[choices[number]]
        for (position, choice) in group.enumerated() where choice.loss < present.loss {
          let after = used.indices.map { used[$0] - present.costs[$0] + choice.costs[$0] }
          guard fits(after) else { continue }
          let more = max(part(of: choice.costs) - part(of: present.costs), 0)
          let worth = (present.loss - choice.loss) / (more + 1e-9)
          if best.map({ worth > $0.worth }) ?? true { best = (worth, number, position) }
        }
      }
      guard let best else { break }
      let group = problem.groups[best.group]
      for resource in used.indices {
        used[resource] +=
          group[best.choice].costs[resource] - group[choices[best.group]].costs[resource]
      }
      choices[best.group] = best.choice
    }
    return choices
  }
}
