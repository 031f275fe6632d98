import Networks
import Tensors

/// The operator set that a file of a graph names.
enum ExportedOpset {
  /// `Graph.opset`, or the next where a node has what only the next one knows.
  ///
  /// Operator set 19 means the same by every node of ours otherwise: it added element types,
  /// dilated means and padding that wraps around. So do 20 and 21.
  static func version(of graph: Graph) -> Int {
    graph.nodes.reduce(Graph.opset) { max($0, oldest(for: $1)) }
  }

  /// The operator set that was asked for, or the first that has every node.
  static func version(of graph: Graph, wanted: Int?) -> Int {
    guard let wanted else { return version(of: graph) }
    return graph.nodes.reduce(wanted) { max($0, oldest(for: $1)) }
  }

  /// The nodes as an operator set before `Graph.opset` writes them.
  ///
  /// Means had their axes as an attribute before 18, and Split counted its outputs by itself.
  static func lowered(_ graph: Graph, to version: Int) -> Graph {
    guard version < Graph.opset else { return graph }
    var result = graph
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      switch node.operatorType {
      case "ReduceMean":
        guard node.inputs.count > 1, let axes = graph.initializers[node.inputs[1]]?.integers else {
          break
        }
        result.nodes[position].inputs = [node.inputs[0]]
        result.nodes[position].attributes["axes"] = .ints(axes)
        result.nodes[position].attributes["noop_with_empty_axes"] = nil
      case "Split": result.nodes[position].attributes["num_outputs"] = nil
      default: break
      }
    }
    let read = Set(result.nodes.flatMap(\.inputs)).union(result.outputs.map(\.name))
    let before = Set(graph.nodes.flatMap(\.inputs))
    result.initializers = result.initializers.filter {
      read.contains($0.key) || !before.contains($0.key)
    }
    return result
  }

  /// The first operator set in which a node means what it does in `Graph.opset`.
  private static func oldest(for node: Node) -> Int {
    switch node.operatorType {
    case "AveragePool": node.attributes["dilations"] != nil ? 19 : 13
    case "BatchNormalization": 15
    case "Gelu": 20
    case "HardSwish": 14
    case "LayerNormalization": 17
    case "Pad":
      node.attributes["mode"] == .string("wrap") ? 19 : node.inputs.count > 3 ? 18 : 13
    case "ReduceMean":
      // Without axes an attribute cannot say whether that means all or none.
      node.inputs.count > 1 || node.attributes["noop_with_empty_axes"] == nil ? 13 : 18
    case "Reshape": node.attributes["allowzero"] ?? .int(0) == .int(0) ? 13 : 14
    case "Resize": node.attributes["axes"] != nil || node.attributes["antialias"] != nil ? 18 : 13
    case "Shape": node.attributes["start"] != nil || node.attributes["end"] != nil ? 15 : 13
    default: 13
    }
  }
}
