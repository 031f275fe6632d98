public import Compression
import Networks
import Tensors

/// A network, what may be cut, its limits, a measure and a reward: what every agent is given.
///
/// A candidate is a list of widths, one for each decision in graph order. Candidates measured once are
/// remembered; the number of measurements is counted whether or not they were.
public final class PruningProblem {
  /// The pruner with its network.
  public let pruner: ChannelPruner
  /// The decisions in graph order.
  public let decisions: [PruningDecision]
  /// What a candidate may cost; none in a search that trades accuracy for cost by its reward.
  public let limits: [CostLimit]
  /// What the network as it is costs.
  public let originalCost: NetworkCost
  /// How many candidates were measured.
  public private(set) var evaluations = 0

  private let costs: [WidthCosts.Quantity: WidthCosts]
  private let reward: any Reward
  private let evaluator: any Evaluator
  private var known: [[Int]: Double] = [:]
  private var best = -Double.infinity

  /// States a problem.
  ///
  /// - Parameters:
  ///   - pruner: cuts candidates.
  ///   - widths: which groups are decided, and how.
  ///   - limits: what a candidate may cost, given the original's cost.
  ///   - reward: what a candidate is worth.
  ///   - evaluator: measures candidates, in percent.
  /// - Throws: `CompressionError.nothingToPrune`, and `unreachableBudget` with the smallest reachable.
  public init(
    pruner: ChannelPruner, widths: WidthRules, limits: (NetworkCost) -> [CostLimit],
    reward: any Reward = RewardExpression.accuracy, evaluator: any Evaluator
  ) throws {
    self.pruner = pruner
    self.reward = reward
    self.evaluator = evaluator
    let graph = pruner.original
    let dependencies = pruner.dependencies
    let costs = try Dictionary(
      uniqueKeysWithValues: WidthCosts.Quantity.allCases.map { quantity in
        let function = try WidthCosts(
          quantity, of: graph, dependencies: dependencies, settings: pruner.settings)
        return (quantity, function)
      })
    self.costs = costs
    originalCost = NetworkCost { costs[$0]?.cost([:]) ?? 0 }
    decisions = try Self.decisions(graph, dependencies, widths)
    self.limits = limits(originalCost)
    guard !decisions.isEmpty else {
      throw CompressionError.nothingToPrune(Self.reason(dependencies))
    }
    let smallest = cost(decisions.map(\.fewest))
    for limit in self.limits where smallest[limit.quantity] > limit.most {
      throw CompressionError.unreachableBudget(
        quantity: limit.quantity.rawValue, asked: Double(limit.most),
        smallest: Double(smallest[limit.quantity]),
        original: Double(originalCost[limit.quantity]))
    }
  }

  /// Why there is no decision; that the network's input stays as it is goes without saying.
  private static func reason(_ dependencies: ChannelDependencies) -> String {
    if dependencies.groups.contains(where: { $0.obstacle == nil }) {
      return "only widths tied by additions are left, and the environment prunes inner widths"
    }
    let made = dependencies.groups.filter { !$0.producers.isEmpty }
    return made.lazy.compactMap(\.obstacle).first ?? "no layer reads what another one makes"
  }

  private static func decisions(
    _ graph: Graph, _ dependencies: ChannelDependencies, _ widths: WidthRules
  ) throws -> [PruningDecision] {
    let macs = try graph.multiplyAccumulates()
    let order = Dictionary(
      uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.name, $0) })
    let chosen = dependencies.groups.enumerated().filter { _, group in
      group.obstacle == nil && (widths.pruned == .all || !group.isTied)
    }
    func place(_ choice: EnumeratedSequence<[ChannelGroup]>.Element) -> (Int, Int) {
      (order[choice.element.consumers[0]] ?? 0, choice.offset)
    }
    let sorted = chosen.sorted { place($0) < place($1) }
    return sorted.compactMap { number, group in
      guard let node = graph.nodes.first(where: { $0.name == group.consumers[0] }) else {
        return nil
      }
      return PruningDecision(
        group: number, layer: node.name, channels: group.width,
        smallestKeep: widths.smallestKeep, multiple: widths.multiple,
        features: LayerFeatures(
          node, graph: graph, shapes: dependencies.shapes,
          macs: macs.first { $0.node == node.name }?.macs ?? 0))
    }
  }

  // MARK: - Cost

  /// What a candidate costs.
  public func cost(_ widths: [Int]) -> NetworkCost {
    let widths = choice(widths)
    return NetworkCost { costs[$0]?.cost(widths) ?? 0 }
  }

  /// Whether a candidate meets every limit.
  public func allows(_ widths: [Int]) -> Bool {
    let widths = choice(widths)
    return limits.allSatisfy { (costs[$0.quantity]?.cost(widths) ?? 0) <= $0.most }
  }

  private func choice(_ widths: [Int]) -> [Int: Int] {
    Dictionary(uniqueKeysWithValues: zip(decisions, widths).map { ($0.group, $1) })
  }

  /// What agents that watch one number watch: the first limit's quantity, MACs without limits.
  public var leadingQuantity: WidthCosts.Quantity { limits.first?.quantity ?? .macs }

  /// The widths that decision `decided.count` may take so that every limit can still be met, and is
  /// still used up where that is possible.
  ///
  /// AMC's algorithm 1 bounds from one side: with everything later cut as far as allowed, the candidate
  /// must fit. The other side says that with everything later whole, it must not stay below. Both are
  /// counted in channels, after rounding, so that the last decision lands on the budget.
  public func bounds(after decided: [Int]) -> ClosedRange<Int> {
    let decision = decisions[decided.count]
    let later = decisions[(decided.count + 1)...]
    guard !limits.isEmpty else { return decision.fewest...decision.channels }
    func fits(_ width: Int, _ rest: (PruningDecision) -> Int) -> Bool {
      allows(decided + [width] + later.map(rest))
    }
    let most = decision.choices.last { fits($0, \.fewest) } ?? decision.fewest
    var least = decision.fewest
    while let wider = decision.wider(than: least), wider <= most, fits(wider, \.channels) {
      least = wider
    }
    return least...most
  }

  /// Widens by single choices, where most is missing from `ideal` first, as long as they fit.
  func filled(_ widths: [Int], towards ideal: [Double]) -> [Int] {
    guard !limits.isEmpty else { return widths }
    var widths = widths
    while true {
      var open: [(position: Int, width: Int)] = []
      for position in widths.indices {
        guard let wider = decisions[position].wider(than: widths[position]) else { continue }
        var candidate = widths
        candidate[position] = wider
        if allows(candidate) { open.append((position, wider)) }
      }
      func lack(_ position: Int) -> Double {
        ideal[position] - Double(widths[position]) / Double(decisions[position].channels)
      }
      let best = open.max { a, b in
        let (lackA, lackB) = (lack(a.position), lack(b.position))
        return lackA != lackB ? lackA < lackB : a.position > b.position
      }
      guard let best else { return widths }
      widths[best.position] = best.width
    }
  }

  // MARK: - Candidates

  /// Measures a candidate, or remembers what it measured.
  ///
  /// A candidate within the limits that is plainly worse than the best so far may be measured less
  /// exactly; see `Evaluator`.
  ///
  /// - Throws: what cutting and measuring throw.
  public func evaluate(_ widths: [Int]) throws -> Candidate {
    evaluations += 1
    let cost = cost(widths)
    let isAllowed = limits.allow(cost)
    let accuracy = try known[widths] ?? measure(widths, cost, isAllowed: isAllowed)
    known[widths] = accuracy
    let reward = worth(accuracy, cost)
    if isAllowed { best = max(best, reward) }
    return Candidate(widths: widths, cost: cost, accuracy: accuracy, reward: reward)
  }

  /// What a network of some accuracy, in percent, and cost is worth.
  public func worth(_ accuracy: Double, _ cost: NetworkCost) -> Double {
    reward.reward(RewardTerms(accuracy: accuracy / 100, cost: cost, original: originalCost))
  }

  private func measure(_ widths: [Int], _ cost: NetworkCost, isAllowed: Bool) throws -> Double {
    let graph = try prune(widths).graph
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
  public func prune(_ widths: [Int]) throws -> ChannelPruner.Result {
    try pruner.prune(.widths(choice(widths)))
  }

  /// Takes over what a candidate measured in an earlier process.
  public func remember(_ widths: [Int], accuracy: Double) {
    known[widths] = accuracy
  }
}

/// Which widths a search decides.
public enum PrunedWidths: String, Codable, CaseIterable, Sendable {
  /// Those that no sum ties to another layer's: the inner widths of blocks.
  case inner
  /// All that can be cut, residual streams included.
  case all
}

/// Which widths a search decides, and among which values.
public struct WidthRules: Equatable, Sendable {
  /// Which groups are decided.
  public var pruned: PrunedWidths
  /// The least part of a group's channels that is kept, `1 − a_max` in AMC.
  public var smallestKeep: Double
  /// What a width that is not whole must be a multiple of.
  public var multiple: Int

  /// Rules; the defaults are AMC's bound and single channels.
  public init(_ pruned: PrunedWidths, smallestKeep: Double = 0.2, multiple: Int = 1) {
    self.pruned = pruned
    self.smallestKeep = smallestKeep
    self.multiple = max(1, multiple)
  }
}

/// A measured candidate.
public struct Candidate: Equatable, Sendable {
  /// One width for each decision.
  public let widths: [Int]
  /// What it costs.
  public let cost: NetworkCost
  /// What the evaluator said, in percent.
  public let accuracy: Double
  /// What it is worth.
  public let reward: Double
}
