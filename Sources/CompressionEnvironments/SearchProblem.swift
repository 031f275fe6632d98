public import Compression
public import Networks
import Reinforcement

/// A search space, its limits, a measure and a reward: what every agent is given.
///
/// A candidate is a list of choices, one for each decision in graph order. Candidates measured once are
/// remembered; the number of measurements is counted whether or not they were.
public final class SearchProblem {
  /// What is decided.
  public let space: any SearchSpace
  /// What a candidate may cost; none in a search that trades accuracy for cost by its reward.
  public let limits: [CostLimit]
  /// How many candidates were measured.
  public private(set) var evaluations = 0
  /// The time that making candidates' networks took so far: cutting, and reconstruction.
  public private(set) var networkTime = Duration.zero
  /// The time that measuring them took so far.
  public private(set) var evaluationTime = Duration.zero

  private let reward: any Reward
  /// Percent.
  private let originalAccuracy: Double
  private let evaluator: any Evaluator
  private var known: [[Int]: Double] = [:]
  private var best = -Double.infinity

  /// States a problem.
  ///
  /// - Parameters:
  ///   - space: what is decided.
  ///   - limits: what a candidate may cost, given the original's cost.
  ///   - reward: what a candidate is worth.
  ///   - originalAccuracy: that of the network as it came, in percent, for rewards that ask for it.
  ///   - evaluator: measures candidates, in percent.
  /// - Throws: `CompressionError.unreachableBudget` with the smallest reachable; `setting` for a limit on what
  ///   the space does not count.
  public init(
    _ space: any SearchSpace, limits: (NetworkCost) throws -> [CostLimit],
    reward: any Reward = RewardExpression.accuracy, originalAccuracy: Double = 0,
    evaluator: any Evaluator
  ) throws {
    self.originalAccuracy = originalAccuracy
    self.space = space
    self.reward = reward
    self.evaluator = evaluator
    self.limits = try limits(space.originalCost)
    let fewest = decisions.map(\.fewest)
    for limit in self.limits {
      guard space.quantities.contains(limit.quantity) else {
        throw CompressionError.setting(
          name: "budget",
          expected: "one of \(space.quantities.map(\.rawValue).joined(separator: ", "))",
          found: "\(limit.quantity.rawValue)")
      }
      let smallest = cost(fewest, in: limit.quantity)
      guard smallest > limit.most else { continue }
      throw CompressionError.unreachableBudget(
        quantity: limit.quantity.rawValue, asked: Double(limit.most), smallest: Double(smallest),
        original: Double(originalCost[limit.quantity]))
    }
  }

  /// The decisions in graph order.
  public var decisions: [Decision] { space.decisions }
  /// What the network as it came costs.
  public var originalCost: NetworkCost { space.originalCost }

  // MARK: - Cost

  /// What a candidate costs.
  public func cost(_ choices: [Int]) -> NetworkCost {
    NetworkCost { quantity in
      space.quantities.contains(quantity) ? space.cost(choices, in: quantity) : nil
    }
  }

  /// What a candidate costs in one quantity.
  func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    space.cost(choices, in: quantity)
  }

  /// Whether a candidate meets every limit.
  public func allows(_ choices: [Int]) -> Bool {
    limits.allSatisfy { cost(choices, in: $0.quantity) <= $0.most }
  }

  /// By how much a candidate costs too much: see `CostLimit`.
  func excess(_ choices: [Int]) -> Double {
    limits.excess { cost(choices, in: $0) }
  }

  /// What agents that watch one number watch: the first limit's quantity, MACs without limits.
  public var leadingQuantity: CostQuantity { limits.first?.quantity ?? .macs }

  /// The choices that decision `decided.count` may take so that every limit can still be met, and is
  /// still used up where that is possible.
  ///
  /// AMC's algorithm 1 bounds from one side: with everything later cut as far as allowed, the candidate
  /// must fit. The other side says that with everything later whole, it must not stay below. Both are
  /// counted in whole choices, after rounding, so that the last decision lands on the budget.
  public func bounds(after decided: [Int]) -> ClosedRange<Int> {
    let decision = decisions[decided.count]
    let later = decisions[(decided.count + 1)...]
    guard !limits.isEmpty else { return decision.fewest...decision.whole }
    func fits(_ kept: Int, _ rest: (Decision) -> Int) -> Bool {
      allows(decided + [kept] + later.map(rest))
    }
    let most = decision.choices.largest { fits($0, \.fewest) } ?? decision.fewest
    let least = decision.choices.climb(from: decision.fewest, upTo: most) { fits($0, \.whole) }
    return least...most
  }

  /// Widens by single choices, where most is missing from `ideal` first, as long as they fit.
  func filled(_ choices: [Int], towards ideal: [Double]) -> [Int] {
    guard !limits.isEmpty else { return choices }
    var choices = choices
    func lack(_ position: Int) -> Double {
      ideal[position] - decisions[position].ratio(choices[position])
    }
    func comesFirst(_ a: Int, _ b: Int) -> Bool {
      let (lackA, lackB) = (lack(a), lack(b))
      return lackA != lackB ? lackA > lackB : a < b
    }
    func fits(_ position: Int, _ kept: Int) -> Bool {
      var candidate = choices
      candidate[position] = kept
      return allows(candidate)
    }
    while true {
      let open = choices.indices.filter { position in
        decisions[position].wider(than: choices[position]).map { fits(position, $0) } ?? false
      }
      guard let best = open.min(by: comesFirst),
        let wider = decisions[best].wider(than: choices[best])
      else { break }
      choices[best] = wider
    }
    // Of numbers that agents step over, what the limits leave.
    for position in choices.indices.sorted(by: comesFirst) {
      let decision = decisions[position]
      choices[position] = decision.choices.climb(from: choices[position], upTo: decision.whole) {
        fits(position, $0)
      }
    }
    return choices
  }

  // MARK: - Candidates

  /// Measures a candidate, or remembers what it measured.
  ///
  /// A candidate within the limits that is plainly worse than the best so far may be measured less
  /// exactly; see `Evaluator`.
  ///
  /// - Throws: what cutting and measuring throw; `CompressionError.setting` when the reward is not finite.
  public func evaluate(_ choices: [Int]) throws -> Candidate {
    evaluations += 1
    let cost = cost(choices)
    let isAllowed = limits.allow(cost)
    let accuracy = try known[choices] ?? measure(choices, cost, isAllowed: isAllowed)
    known[choices] = accuracy
    let reward = worth(accuracy, cost)
    guard reward.isFinite else {
      throw CompressionError.setting(
        name: "reward", expected: "a finite number for every candidate",
        found: "\(reward) at accuracy \(accuracy / 100) and \(cost.macs) MACs")
    }
    if isAllowed { best = max(best, reward) }
    return Candidate(choices: choices, cost: cost, accuracy: accuracy, reward: reward)
  }

  /// What a network of some accuracy, in percent, and cost is worth.
  public func worth(_ accuracy: Double, _ cost: NetworkCost) -> Double {
    reward.reward(
      RewardTerms(
        accuracy: accuracy / 100, originalAccuracy: originalAccuracy / 100, cost: cost,
        original: originalCost))
  }

  private func measure(_ choices: [Int], _ cost: NetworkCost, isAllowed: Bool) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let graph = try network(choices)
    let made = clock.now
    defer {
      networkTime += made - start
      evaluationTime += clock.now - made
    }
    return isAllowed
      ? try evaluator.evaluate(graph, unlessBelow: accuracyNeeded(cost))
      : try evaluator.evaluate(graph)
  }

  /// The accuracy, in percent, at which a network of some cost is worth as much as the best so far;
  /// −∞ where there is none yet or accuracy is no merit.
  private func accuracyNeeded(_ cost: NetworkCost) -> Double {
    guard best.isFinite, worth(0, cost) < best, worth(100, cost) > worth(0, cost) else {
      return -.infinity
    }
    var (low, high) = (0.0, 100.0)
    guard worth(high, cost) >= best else { return high }
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if worth(middle, cost) >= best { high = middle } else { low = middle }
    }
    return high
  }

  /// Forgets all measurements, so that the next agent owes nothing to the one before.
  public func forget() {
    known = [:]
    best = -.infinity
    evaluations = 0
  }

  /// Makes a candidate's network.
  ///
  /// - Throws: what cutting throws.
  public func network(_ choices: [Int]) throws -> Graph { try space.network(choices) }

  /// Takes over what a candidate measured in an earlier process.
  public func remember(_ choices: [Int], accuracy: Double) {
    known[choices] = accuracy
  }
}

extension Candidate {
  /// What a transition tells of a candidate: its accuracy, and its cost in some quantities.
  func info(_ quantities: [CostQuantity]) -> Info {
    quantities.reduce(into: ["accuracy": .number(accuracy)]) { info, quantity in
      info[quantity.rawValue] = .number(Double(cost[quantity]))
    }
  }
}

/// A measured candidate.
public struct Candidate: Equatable, Sendable {
  /// One choice for each decision.
  public let choices: [Int]
  /// What it costs.
  public let cost: NetworkCost
  /// What the evaluator said, in percent.
  public let accuracy: Double
  /// What it is worth.
  public let reward: Double
}
