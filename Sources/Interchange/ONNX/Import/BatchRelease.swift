import Networks
import Tensors

/// Frees the batch of a network that was exported for one example.
///
/// Such files reshape to constant shapes like [1, 64]. Where the data that are reshaped begin with an
/// extent of 1 too, [0, 64] says the same for one example, and the right thing for more: 0 copies the
/// data's extent. Constants are folded before, so that computed shapes are constants here.
enum BatchRelease {
  /// The network with every first extent of exactly 1, of inputs and outputs of two or more axes, taken
  /// for the batch.
  ///
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  static func released(_ graph: Graph) throws(GraphError) -> Graph {
    var graph = graph
    let isForOne = graph.inputs.contains { $0.extents.map(isExample) ?? false }
    guard isForOne else { return graph }
    let shapes = try graph.shapes(batch: 1)
    free(&graph.inputs)
    free(&graph.outputs)
    for position in graph.nodes.indices where graph.nodes[position].operatorType == "Reshape" {
      let node = graph.nodes[position]
      guard node.inputs.count > 1, node.attributes["allowzero"] ?? .int(0) == .int(0),
        shapes[node.inputs[0]]?.extents.first == 1,
        let extents = graph.initializers[node.inputs[1]]?.integers, extents.first == 1
      else { continue }
      // Another node may read the same constant, so this one gets its own.
      var name = node.inputs[1] + "/batch"
      while shapes[name] != nil || graph.initializers[name] != nil { name += "_" }
      graph.initializers[name] = TypedArray([0] + extents.dropFirst())
      graph.nodes[position].inputs[1] = name
    }
    return graph
  }

  private static func isExample(_ extents: [Graph.Extent]) -> Bool {
    extents.count > 1 && extents[0] == .fixed(1)
  }

  private static func free(_ values: inout [Graph.Value]) {
    for position in values.indices {
      guard let extents = values[position].extents, isExample(extents) else { continue }
      values[position].extents = [.batch] + extents.dropFirst()
    }
  }
}
