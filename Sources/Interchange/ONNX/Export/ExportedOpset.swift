import Networks

/// The operator set that a file of a graph names.
enum ExportedOpset {
  /// `Graph.opset`, or the next where a node has what only the next one knows.
  ///
  /// Operator set 19 means the same by every node of ours otherwise: it added element types,
  /// dilated means and padding that wraps around.
  static func version(of graph: Graph) -> Int {
    let isNewer = graph.nodes.contains { node in
      switch node.operatorType {
      case "AveragePool": node.attributes["dilations"] != nil
      case "Pad": node.attributes["mode"] == .string("wrap")
      default: false
      }
    }
    return isNewer ? Graph.opset + 1 : Graph.opset
  }
}
