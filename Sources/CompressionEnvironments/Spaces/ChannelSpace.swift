public import Compression
public import Networks
import Tensors

/// Channels: one width for each group that can be cut.
public final class ChannelSpace: SearchSpace {
  /// The pruner with its network.
  public let pruner: ChannelPruner
  /// The decisions in the order of the layers that read the groups first.
  public let decisions: [Decision]
  /// For each decision its group's number in the dependencies.
  public let groups: [Int]
  /// What the network as it is costs.
  public let originalCost: NetworkCost
  /// `widths`.
  public let choiceName = "widths"

  /// What is counted: time and energy only on a device.
  public let quantities: [CostQuantity]

  private let costs: [CostQuantity: WidthCosts]
  private let device: DeviceCosts?

  /// The widths of a network.
  ///
  /// - Parameters:
  ///   - pruner: cuts candidates.
  ///   - widths: which groups are decided, and how.
  ///   - device: what counts time and energy, at 8 bits or what is nearest there; nil counts neither.
  /// - Throws: `CompressionError.nothingToPrune`; `GraphError` when shapes cannot be inferred.
  public init(_ pruner: ChannelPruner, widths: WidthRules, device: DeviceCosts? = nil) throws {
    self.pruner = pruner
    self.device = device
    quantities = CostQuantity.structural + (device == nil ? [] : CostQuantity.physical)
    let graph = pruner.original
    let dependencies = pruner.dependencies
    let costs = try Dictionary(
      uniqueKeysWithValues: CostQuantity.structural.map { quantity in
        let function = try WidthCosts(
          quantity, of: graph, dependencies: dependencies, settings: pruner.settings)
        return (quantity, function)
      })
    self.costs = costs
    let physical = device?.cost(bits: [])
    originalCost = NetworkCost { quantity in
      switch quantity {
      case .latency: physical?.latency
      case .energy: physical?.energy
      default: costs[quantity]?.cost([:])
      }
    }
    let decided = try Self.decisions(graph, dependencies, widths)
    decisions = decided.map(\.decision)
    groups = decided.map(\.group)
    guard !decisions.isEmpty else {
      throw CompressionError.nothingToPrune(Self.reason(dependencies))
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
  ) throws -> [(group: Int, decision: Decision)] {
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
      let decision = Decision(
        layer: node.name, choices: widths.choices(of: group.width),
        features: LayerFeatures(
          node, graph: graph, shapes: dependencies.shapes,
          macs: macs.first { $0.node == node.name }?.macs ?? 0))
      return (number, decision)
    }
  }

  /// The exact cost of the sliced network.
  public func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    switch quantity {
    case .latency: device?.cost(widths: widths(choices), bits: []).latency ?? 0
    case .energy: device?.cost(widths: widths(choices), bits: []).energy ?? 0
    default: costs[quantity]?.cost(widths(choices)) ?? 0
    }
  }

  private func widths(_ choices: [Int]) -> [Int: Int] {
    Dictionary(uniqueKeysWithValues: zip(groups, choices))
  }

  /// The sliced network.
  public func network(_ choices: [Int]) throws -> Graph { try prune(choices).graph }

  /// The sliced network and the channels that went.
  ///
  /// - Throws: what cutting throws.
  public func prune(_ choices: [Int]) throws -> ChannelPruner.Result {
    try pruner.prune(.widths(widths(choices)))
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

  /// The widths that a group of so many channels may take.
  func choices(of channels: Int) -> Choices {
    // Products such as 0.55 · 20 come out a little too large.
    let least = max(1, Int((smallestKeep * Double(channels) - 1e-9).rounded(.up)))
    return .listed((least..<max(channels, least)).filter { $0 % multiple == 0 } + [channels])
  }
}
