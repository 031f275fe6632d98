import Networks
import Tensors

/// Gives the nodes of any supported operator set the meaning of `Graph.opset`.
struct OpsetNormaliser {
  /// The operator set of the file.
  let opset: Int
  /// What is known of the values' shapes.
  let shapes: DeclaredShapes

  /// The graph with every node rewritten whose definition differs.
  func normalised(_ graph: Graph) throws(ONNXDefect) -> Graph {
    var result = graph
    var rewriter = NodeRewriter(graph: graph, opset: opset, shapes: shapes)
    result.nodes = []
    for node in graph.nodes {
      var node = node
      for change in DefinitionChange.all[node.operatorType] ?? []
      where change.opsets.contains(opset) {
        try change.rewrite(&node, &rewriter)
      }
      result.nodes += rewriter.takePreceding() + [node] + rewriter.takeFollowing()
    }
    result.initializers = rewriter.initializers
    return result
  }
}
