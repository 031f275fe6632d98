import Networks
import Tensors

/// The cost of a network as an exact function of its groups' widths, without making the network.
///
/// A value holds Σ_g width_g · m_g channels, m_g its channels per class of group g. A dense layer
/// costs in proportion to the product of its input and output channels, a grouped convolution to that
/// of the input channels of one group and all output channels, everything else in proportion to its
/// output channels. Activations cost the most that is alive while any one node runs.
public struct WidthCosts: Sendable {
  /// A part of the cost: `unit · inputChannels · outputChannels`, where a side that does not matter is
  /// left out.
  private struct Term: Sendable {
    let unit: Int
    let inputs: [(group: Int, perClass: Int)]?
    let outputs: [(group: Int, perClass: Int)]?
    /// The groups of which one must be narrower for the part to be there; nil when it always is.
    var onlyWhenCut: [Int]?
    /// A cost that does not count: that of a scalar in arithmetic, which is no parameter.
    var ignored: Int?
  }

  /// What is counted.
  public let quantity: CostQuantity
  /// Sums of which the largest is the cost: one, or one for each node that may be the peak.
  private let sums: [[Term]]
  private let fullWidths: [Int]

  /// The cost function of a graph.
  ///
  /// - Parameters:
  ///   - quantity: what is counted, one of `CostQuantity.structural`; others count nothing here.
  ///   - graph: the network; no two nodes share a parameter.
  ///   - dependencies: its analysis.
  ///   - settings: how weights are made up for: a layer that is solved for gets a bias.
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  public init(
    _ quantity: CostQuantity, of graph: Graph, dependencies: ChannelDependencies,
    settings: PruningSettings = PruningSettings(reconstruction: .none)
  ) throws {
    self.quantity = quantity
    fullWidths = dependencies.groups.map(\.width)
    switch quantity {
    case .macs: sums = [try Self.products(graph, dependencies)]
    case .parameters: sums = [Self.parameters(graph, dependencies, settings, bytes: 1)]
    case .weightBytes: sums = [Self.parameters(graph, dependencies, settings, bytes: 4)]
    case .peakActivationBytes: sums = Self.activations(graph, dependencies)
    case .bitOps, .latency, .energy: sums = []
    }
  }

  private static func products(
    _ graph: Graph, _ dependencies: ChannelDependencies
  ) throws -> [Term] {
    try graph.multiplyAccumulates().compactMap { name, macs in
      guard macs > 0, let node = graph.nodes.first(where: { $0.name == name }) else { return nil }
      return term(macs, node, reads: true, graph, dependencies)
    }
  }

  private static func parameters(
    _ graph: Graph, _ dependencies: ChannelDependencies, _ settings: PruningSettings, bytes: Int
  ) -> [Term] {
    var terms: [Term] = []
    var seen: Set<String> = []
    for node in graph.nodes {
      for (position, name) in node.inputs.enumerated() {
        guard let constant = graph.initializers[name], case .float32 = constant.storage,
          node.isParameter(position, constant: constant), seen.insert(name).inserted
        else { continue }
        guard node.carriesChannels(constant.shape, dependencies.shapes) else {
          terms.append(Term(unit: bytes * constant.shape.count, inputs: nil, outputs: nil))
          continue
        }
        var term = Self.term(
          bytes * constant.shape.count, node, reads: position == 1, graph, dependencies)
        if ["Add", "Sub", "Mul", "Div"].contains(node.operatorType) { term.ignored = bytes }
        terms.append(term)
      }
    }
    return terms + addedBiases(graph, dependencies, settings, bytes: bytes)
  }

  /// For each node the values alive while it runs; see `Graph.peakActivationCount`.
  private static func activations(
    _ graph: Graph, _ dependencies: ChannelDependencies
  ) -> [[Term]] {
    // A value inside a shuffle has its channels spread over two axes; it holds what goes in.
    var sources: [String: String] = [:]
    for node in graph.nodes where ["Reshape", "Transpose"].contains(node.operatorType) {
      let (input, output) = (node.inputs[0], node.outputs[0])
      guard dependencies.classes(of: output).isEmpty,
        dependencies.shapes[input]?.count == dependencies.shapes[output]?.count
      else { continue }
      sources[output] = sources[input] ?? input
    }
    return graph.aliveValues().map { values in
      values.map { value in
        let value = sources[value] ?? value
        let channels = dependencies.classes(of: value).count
        let bytes = 4 * (dependencies.shapes[value]?.count ?? 0)
        guard channels > 0, bytes % channels == 0 else {
          return Term(unit: bytes, inputs: nil, outputs: nil)
        }
        return Term(
          unit: bytes / channels, inputs: nil, outputs: dependencies.multiplicities(of: value))
      }
    }
  }

  /// The biases that reconstruction gives to layers that have none.
  private static func addedBiases(
    _ graph: Graph, _ dependencies: ChannelDependencies, _ settings: PruningSettings, bytes: Int
  ) -> [Term] {
    guard settings.reconstruction != .none else { return [] }
    let groups = dependencies.groups.indices.filter { dependencies.groups[$0].obstacle == nil }
    return graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      guard node.inputs.count < 3 || node.inputs[2].isEmpty,
        let layer = DenseLayer(index, of: graph, shapes: dependencies.shapes),
        layer.normalization == nil
      else { return nil }
      var term = term(bytes * layer.outputs, node, reads: false, graph, dependencies)
      term.onlyWhenCut =
        settings.refit == .all
        ? groups : dependencies.multiplicities(of: layer.input).map(\.group)
      return term
    }
  }

  private static func term(
    _ total: Int, _ node: Node, reads: Bool, _ graph: Graph, _ dependencies: ChannelDependencies
  ) -> Term {
    func side(_ value: String, parts: Int = 1) -> (Int, [(group: Int, perClass: Int)])? {
      let channels = dependencies.classes(of: value).count
      guard channels > 0 else { return nil }
      return (
        channels / parts,
        dependencies.multiplicities(of: value).map { ($0.group, $0.perClass / parts) }
      )
    }
    let mixes = reads && node.hasChannelWeights(in: graph)
    let input = mixes ? side(node.inputs[0], parts: node.groupCount) : nil
    let output = side(node.outputs[0])
    let divisor = (input?.0 ?? 1) * (output?.0 ?? 1)
    guard divisor > 0, total % divisor == 0 else {
      return Term(unit: total, inputs: nil, outputs: nil)
    }
    return Term(unit: total / divisor, inputs: input?.1, outputs: output?.1)
  }

  /// The cost with some groups narrower; a group left out is whole.
  public func cost(_ widths: [Int: Int]) -> Int {
    func channels(_ side: [(group: Int, perClass: Int)]?) -> Int {
      guard let side else { return 1 }
      return side.reduce(0) { $0 + (widths[$1.group] ?? fullWidths[$1.group]) * $1.perClass }
    }
    func isThere(_ term: Term) -> Bool {
      term.onlyWhenCut?.contains { (widths[$0] ?? fullWidths[$0]) < fullWidths[$0] } ?? true
    }
    return sums.lazy.map { terms in
      terms.reduce(0) { total, term in
        guard isThere(term) else { return total }
        let cost = term.unit * channels(term.inputs) * channels(term.outputs)
        return cost == term.ignored ? total : total + cost
      }
    }.max() ?? 0
  }
}
