/// How bits that were asked for are brought to a budget.
public enum BudgetRule: Sendable {
  /// The published code's: activations and then weights by one, from the last layer to the first, again and
  /// again until the budget is met.
  ///
  /// Source: Wang et al. 2019, section 3.3; mit-han-lab/haq, `_final_action_wall`.
  case sequential
  /// What costs the least loss for what it saves is lowered first; then what gains the most for what it
  /// costs is raised as long as the budget allows.
  ///
  /// - Parameter losses: for each decision its loss by bits, from `BitSensitivity`.
  case sensitivity(losses: [[Int: Double]])

  /// The bits nearest to what was asked for, in the sense of the rule, that meet the limits.
  ///
  /// A candidate within the limits stays as it is under `sequential`; `sensitivity` also spends what is
  /// left. Bits that already use up the budget stay as they are under both. Where no choice meets the
  /// limits, which the problem refuses beforehand, the fewest bits come back.
  public func fitted(_ asked: [Int], to problem: SearchProblem) -> [Int] {
    switch self {
    case .sequential: asked.lowered(to: problem)
    case .sensitivity(let losses): SensitivityFit(problem, losses: losses).fitted(asked)
    }
  }
}

extension [Int] {
  /// Lowered by one, the last decision first and within a layer activations before weights, again and
  /// again until the limits are met.
  fileprivate func lowered(to problem: SearchProblem) -> [Int] {
    var bits = self
    while !problem.allows(bits) {
      let before = bits
      for position in bits.indices.reversed() {
        guard let next = problem.decisions[position].narrower(than: bits[position]) else {
          continue
        }
        bits[position] = next
        if problem.allows(bits) { return bits }
      }
      if bits == before { return bits }
    }
    return bits
  }
}

/// The work of `BudgetRule.sensitivity`.
private struct SensitivityFit {
  private let problem: SearchProblem
  private let losses: [[Int: Double]]

  init(_ problem: SearchProblem, losses: [[Int: Double]]) {
    self.problem = problem
    self.losses = losses
  }

  func fitted(_ asked: [Int]) -> [Int] {
    var bits = asked
    while let move = cheapestCut(bits) { bits[move.position] = move.bits }
    // Where two operands bound a layer's time alike, no cut of one alone saves anything.
    bits = bits.lowered(to: problem)
    // Several cuts together may have gone further than the budget asks, or left room for free bits.
    while let move = bestRaise(bits) { bits[move.position] = move.bits }
    return bits
  }

  private struct Move {
    let position: Int
    let bits: Int
    let worth: Double
  }

  private func loss(_ position: Int, _ bits: Int) -> Double { losses[position][bits] ?? 0 }

  /// The choices that a move may go to: all of a few; of many, as channels have, the neighbours and
  /// sixteenths.
  private func choices(_ position: Int, beside present: Int) -> [Int] {
    guard case .listed(let all) = problem.decisions[position].choices else { return [] }
    guard all.count > 16, let place = all.firstIndex(of: present) else { return all }
    let step = (all.count + 15) / 16
    return all.indices.filter { $0 % step == 0 || abs($0 - place) == 1 }.map { all[$0] }
  }

  /// Of all cuts that bring the candidate nearer to the limits the one of the least loss per excess saved.
  ///
  /// Cuts of several bits compete, since hardware may gain nothing from a single one. Nil within the limits
  /// or when nothing helps.
  private func cheapestCut(_ bits: [Int]) -> Move? {
    let excess = problem.excess(bits)
    guard excess > 0 else { return nil }
    var best: Move?
    var candidate = bits
    for position in bits.indices {
      for lower in choices(position, beside: bits[position])
      where lower < bits[position] {
        candidate[position] = lower
        let saved = excess - problem.excess(candidate)
        guard saved > 0 else { continue }
        let worth = (loss(position, lower) - loss(position, bits[position])) / saved
        if best.map({ worth < $0.worth }) ?? true {
          best = Move(position: position, bits: lower, worth: worth)
        }
      }
      candidate[position] = bits[position]
    }
    return best
  }

  /// Of all raises that stay within the limits the one of the most gain for what it uses up of the leading
  /// quantity.
  ///
  /// Free ones come first; nil where nothing fits or gains.
  private func bestRaise(_ bits: [Int]) -> Move? {
    let quantity = problem.leadingQuantity
    let now = problem.cost(bits, in: quantity)
    var best: Move?
    var candidate = bits
    for position in bits.indices {
      for higher in choices(position, beside: bits[position])
      where higher > bits[position] {
        let gain = loss(position, bits[position]) - loss(position, higher)
        guard gain > 0 else { continue }
        candidate[position] = higher
        guard problem.allows(candidate) else { continue }
        let used = Double(max(problem.cost(candidate, in: quantity) - now, 0))
        let worth = gain / (used + 1)
        if best.map({ worth > $0.worth }) ?? true {
          best = Move(position: position, bits: higher, worth: worth)
        }
      }
      candidate[position] = bits[position]
    }
    return best
  }
}
