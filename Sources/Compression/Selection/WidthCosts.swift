import Networks
import Tensors

/// The cost of a network as an exact function of its groups' widths, without making the network.
///
/// A value holds Σ_g width_g · m_g channels, m_g its channels per class of group g. A dense layer
/// costs in proportion to the product of its input and output channels, a grouped convolution to that
/// of the input channels of one group and all output channels, everything else in proportion to its
/// output channels.
public struct WidthCosts: Sendable {
  /// What is counted.
  public enum Quantity: String, CaseIterable, Codable, Sendable {
    /// Multiply-accumulates.
    case macs
    /// Bytes of the parameters.
    case weightBytes
  }

  /// A part of the cost: `unit · inputChannels · outputChannels`, where a side that does not matter is
  /// left out.
  private struct Term: Sendable {
    let unit: Int
    let inputs: [(group: Int, perClass: Int)]?
    let outputs: [(group: Int, perClass: Int)]?
    /// The groups of which one must be narrower for the part to be there; nil when it always is.
    var onlyWhenCut: [Int]?
    /// Whether a single number does not count: a scalar in arithmetic is no parameter.
    var ignoresScalars = false
  }

  /// What is counted.
  public let quantity: Quantity
  private let terms: [Term]
  private let fullWidths: [Int]

  /// The cost function of a graph.
  ///
  /// - Parameters:
  ///   - quantity: what is counted.
  ///   - graph: the network; no two nodes share a parameter.
  ///   - dependencies: its analysis.
  ///   - settings: how weights are made up for: a layer that is solved for gets a bias.
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  public init(
    _ quantity: Quantity, of graph: Graph, dependencies: ChannelDependencies,
    settings: PruningSettings = PruningSettings(reconstruction: .none)
  ) throws {
    self.quantity = quantity
    fullWidths = dependencies.groups.map(\.width)
    var terms: [Term] = []
    switch quantity {
    case .macs:
      for (name, macs) in try graph.multiplyAccumulates() where macs > 0 {
        guard let node = graph.nodes.first(where: { $0.name == name }) else { continue }
        terms.append(Self.term(macs, node, reads: true, graph, dependencies))
      }
    case .weightBytes:
      var seen: Set<String> = []
      for node in graph.nodes {
        for (position, name) in node.inputs.enumerated() {
          guard let constant = graph.initializers[name], case .float32 = constant.storage,
            node.isParameter(position, constant: constant), seen.insert(name).inserted
          else { continue }
          guard node.carriesChannels(constant.shape, dependencies.shapes) else {
            terms.append(Term(unit: 4 * constant.shape.count, inputs: nil, outputs: nil))
            continue
          }
          var term = Self.term(
            4 * constant.shape.count, node, reads: position == 1, graph, dependencies)
          term.ignoresScalars = ["Add", "Sub", "Mul", "Div"].contains(node.operatorType)
          terms.append(term)
        }
      }
      terms += Self.addedBiases(graph, dependencies, settings)
    }
    self.terms = terms
  }

  /// The biases that reconstruction gives to layers that have none.
  private static func addedBiases(
    _ graph: Graph, _ dependencies: ChannelDependencies, _ settings: PruningSettings
  ) -> [Term] {
    guard settings.reconstruction != .none else { return [] }
    let groups = dependencies.groups.indices.filter { dependencies.groups[$0].obstacle == nil }
    return graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      guard node.inputs.count < 3 || node.inputs[2].isEmpty,
        let layer = DenseLayer(index, of: graph, shapes: dependencies.shapes),
        layer.normalization == nil
      else { return nil }
      var term = term(4 * layer.outputs, node, reads: false, graph, dependencies)
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
    return terms.reduce(0) { total, term in
      guard isThere(term) else { return total }
      let cost = term.unit * channels(term.inputs) * channels(term.outputs)
      return term.ignoresScalars && cost == 4 ? total : total + cost
    }
  }
}
