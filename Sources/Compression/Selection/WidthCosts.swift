import Networks
import Tensors

/// The cost of a network as an exact function of its groups' widths, without making the network.
///
/// A value holds Σ_g width_g · m_g channels, m_g its channels per class of group g. A dense layer
/// costs in proportion to the product of its input and output channels, everything else in proportion
/// to its output channels.
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
  }

  /// What is counted.
  public let quantity: Quantity
  private let terms: [Term]
  private let fullWidths: [Int]

  /// The cost function of a graph.
  ///
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  public init(
    _ quantity: Quantity, of graph: Graph, dependencies: ChannelDependencies
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
          terms.append(
            Self.term(4 * constant.shape.count, node, reads: position == 1, graph, dependencies))
        }
        // Reconstruction may give a layer a bias that had none.
        if node.hasChannelWeights(in: graph), node.inputs.count < 3, node.operatorType == "Conv",
          DenseLayer(graph, node.name, dependencies.shapes)?.normalization == nil,
          let outputs = dependencies.shapes[node.outputs[0]]?[1]
        {
          terms.append(Self.term(4 * outputs, node, reads: false, graph, dependencies))
        }
      }
    }
    self.terms = terms
  }

  private static func term(
    _ total: Int, _ node: Node, reads: Bool, _ graph: Graph, _ dependencies: ChannelDependencies
  ) -> Term {
    func side(_ value: String) -> (Int, [(group: Int, perClass: Int)])? {
      let channels = dependencies.classes(of: value).count
      return channels > 0 ? (channels, dependencies.multiplicities(of: value)) : nil
    }
    let input = reads && node.hasChannelWeights(in: graph) ? side(node.inputs[0]) : nil
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
    return terms.reduce(0) { $0 + $1.unit * channels($1.inputs) * channels($1.outputs) }
  }
}

extension DenseLayer {
  init?(_ graph: Graph, _ name: String, _ shapes: [String: Shape]) {
    guard let index = graph.nodes.firstIndex(where: { $0.name == name }) else { return nil }
    self.init(index, of: graph, shapes: shapes)
  }
}
