public import Compression
import Networks
import Tensors

/// A network, what may be cut, a budget, and a way to measure candidates: what every agent is given.
///
/// A candidate is a list of widths, one for each decision in graph order. Candidates measured once are
/// remembered; the number of measurements is counted whether or not they were.
public final class PruningProblem {
  /// One width to decide.
  public struct Decision: Sendable {
    /// The group's number in the dependencies.
    public let group: Int
    /// The layer that reads the group first: the layer the decision stands for.
    public let layer: String
    /// The channels there are.
    public let channels: Int
    /// The fewest that may be kept.
    public let fewest: Int
    /// What the state says of the layer.
    public let features: LayerFeatures
  }

  /// The pruner with its network.
  public let pruner: ChannelPruner
  /// The decisions in graph order.
  public let decisions: [Decision]
  /// What the budget counts.
  public let costs: WidthCosts
  /// The most that a candidate may cost.
  public let budget: Int
  /// The cost of the network as it is.
  public let originalCost: Int
  /// How many candidates were measured.
  public private(set) var evaluations = 0

  private let evaluator: any Evaluator
  private var known: [[Int]: Double] = [:]
  private var best = -Double.infinity

  /// States a problem.
  ///
  /// - Parameters:
  ///   - pruner: cuts candidates.
  ///   - widths: which groups are decided.
  ///   - smallestKeep: the least part of a group's channels that is kept, `1 − a_max` in AMC.
  ///   - quantity: what the budget counts.
  ///   - budget: the most that a candidate may cost.
  ///   - evaluator: measures candidates, in percent.
  /// - Throws: `CompressionError.nothingToPrune`, and `unreachableBudget` with the smallest reachable.
  public init(
    pruner: ChannelPruner, widths: PrunedWidths, smallestKeep: Double,
    quantity: WidthCosts.Quantity, budget: (WidthCosts.Quantity, Int) -> Double,
    evaluator: any Evaluator
  ) throws {
    self.pruner = pruner
    self.evaluator = evaluator
    let graph = pruner.original
    let dependencies = pruner.dependencies
    costs = try WidthCosts(
      quantity, of: graph, dependencies: dependencies, settings: pruner.settings)
    originalCost = costs.cost([:])
    decisions = try Self.decisions(graph, dependencies, widths, smallestKeep)
    guard !decisions.isEmpty else {
      throw CompressionError.nothingToPrune(Self.reason(dependencies))
    }
    let asked = budget(quantity, originalCost)
    self.budget = Int(asked.rounded(.down))
    let smallest = cost(decisions.map(\.fewest))
    guard smallest <= self.budget else {
      throw CompressionError.unreachableBudget(
        quantity: quantity.rawValue, asked: asked.rounded(.down), smallest: Double(smallest),
        original: Double(originalCost))
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
    _ graph: Graph, _ dependencies: ChannelDependencies, _ widths: PrunedWidths,
    _ smallestKeep: Double
  ) throws -> [Decision] {
    let macs = try graph.multiplyAccumulates()
    let order = Dictionary(
      uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.name, $0) })
    let chosen = dependencies.groups.enumerated().filter { _, group in
      group.obstacle == nil && (widths == .all || !group.isTied)
    }
    func place(_ choice: EnumeratedSequence<[ChannelGroup]>.Element) -> (Int, Int) {
      (order[choice.element.consumers[0]] ?? 0, choice.offset)
    }
    let sorted = chosen.sorted { place($0) < place($1) }
    return sorted.compactMap { number, group in
      guard let node = graph.nodes.first(where: { $0.name == group.consumers[0] }) else {
        return nil
      }
      return Decision(
        group: number, layer: node.name, channels: group.width,
        // Products such as 0.55 · 20 come out a little too large.
        fewest: max(1, Int((smallestKeep * Double(group.width) - 1e-9).rounded(.up))),
        features: LayerFeatures(
          node, graph: graph, shapes: dependencies.shapes,
          macs: macs.first { $0.node == node.name }?.macs ?? 0))
    }
  }

  // MARK: - Cost

  /// What a candidate costs.
  public func cost(_ widths: [Int]) -> Int {
    costs.cost(
      Dictionary(uniqueKeysWithValues: zip(decisions, widths).map { ($0.group, $1) }))
  }

  /// The widths that decision `decided.count` may take so that the budget can still be met, and is
  /// still used up where that is possible.
  ///
  /// AMC's algorithm 1 bounds from one side: with everything later cut as far as allowed, the candidate
  /// must fit. The other side says that with everything later whole, it must not stay below. Both are
  /// counted in channels, after rounding, so that the last decision lands on the budget.
  public func bounds(after decided: [Int]) -> ClosedRange<Int> {
    let decision = decisions[decided.count]
    let later = decisions[(decided.count + 1)...]
    func cost(_ width: Int, _ rest: (Decision) -> Int) -> Int {
      self.cost(decided + [width] + later.map(rest))
    }
    var most = decision.channels
    while most > decision.fewest, cost(most, \.fewest) > budget { most -= 1 }
    var least = decision.fewest
    while least < most, cost(least + 1, \.channels) <= budget { least += 1 }
    return least...most
  }

  /// Adds single channels, where most is missing from `ideal` first, as long as they fit.
  func filled(_ widths: [Int], towards ideal: [Double]) -> [Int] {
    var widths = widths
    while true {
      let open = widths.indices.filter { position in
        guard widths[position] < decisions[position].channels else { return false }
        var wider = widths
        wider[position] += 1
        return cost(wider) <= budget
      }
      let best = open.max { a, b in
        let lackA = ideal[a] - Double(widths[a]) / Double(decisions[a].channels)
        let lackB = ideal[b] - Double(widths[b]) / Double(decisions[b].channels)
        return lackA != lackB ? lackA < lackB : a > b
      }
      guard let best else { return widths }
      widths[best] += 1
    }
  }

  // MARK: - Candidates

  /// Measures a candidate, or remembers what it measured.
  ///
  /// A candidate within the budget that is plainly worse than the best so far may be measured less
  /// exactly; see `Evaluator`.
  ///
  /// - Throws: what cutting and measuring throw.
  public func evaluate(_ widths: [Int]) throws -> Candidate {
    evaluations += 1
    let cost = cost(widths)
    let accuracy = try known[widths] ?? measure(widths, isAffordable: cost <= budget)
    known[widths] = accuracy
    if cost <= budget { best = max(best, accuracy) }
    return Candidate(widths: widths, cost: cost, accuracy: accuracy)
  }

  private func measure(_ widths: [Int], isAffordable: Bool) throws -> Double {
    let graph = try prune(widths).graph
    return isAffordable
      ? try evaluator.evaluate(graph, unlessBelow: best) : try evaluator.evaluate(graph)
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
    let choice = Dictionary(uniqueKeysWithValues: zip(decisions, widths).map { ($0.group, $1) })
    return try pruner.prune(.widths(choice))
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

/// A measured candidate.
public struct Candidate: Equatable, Sendable {
  /// One width for each decision.
  public let widths: [Int]
  /// What it costs, in the budget's quantity.
  public let cost: Int
  /// What the evaluator said, in percent.
  public let accuracy: Double

  /// The reward of resource-constrained search: accuracy in 0…1.
  ///
  /// It is R_err = −error plus 1; source: He et al. 2018, section 3.3.
  public var reward: Double { accuracy / 100 }
}
