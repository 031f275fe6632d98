import Networks
import Tensors

/// Frees the batch of a network that was exported for one example.
///
/// Such files reshape to constant shapes like [1, 64]. Where the data that are reshaped begin with an
/// extent of 1 too, [0, 64] says the same for one example, and the right thing for more: 0 copies the
/// data's extent.
enum BatchRelease {
  /// The network with the leading 1 of its reshapes copied from what they reshape.
  ///
  /// A network whose shapes cannot be inferred is left as it is.
  static func released(_ graph: Graph) -> Graph {
    guard let shapes = try? graph.shapes(batch: 1) else { return graph }
    var graph = graph
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
}
