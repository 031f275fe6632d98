import Networks
import Tensors

/// Writes our own `BatchExpand` in ONNX's words: Expand to a shape whose first extent is the batch's.
///
///     Shape(reference)[0:1] ─ Concat(·, other extents) ─ Expand(value, ·)
enum BatchExpandLowering {
  /// The graph without `BatchExpand`.
  static func lowered(_ graph: Graph) -> Graph {
    guard graph.nodes.contains(where: \.isBatchExpand) else { return graph }
    var result = graph
    result.nodes = []
    for node in graph.nodes {
      guard node.isBatchExpand, let value = graph.initializers[node.inputs[0]] else {
        result.nodes.append(node)
        continue
      }
      let names = ["batch", "others", "shape"].map {
        graph.unusedValue("\(node.outputs[0]).\($0)")
      }
      result.initializers[names[1]] = TypedArray(Array(value.shape.extents.dropFirst()))
      result.nodes += [
        Node(
          name: names[0], operatorType: "Shape", inputs: [node.inputs[1]], outputs: [names[0]],
          attributes: ["start": .int(0), "end": .int(1)]),
        Node(
          name: names[2], operatorType: "Concat", inputs: [names[0], names[1]],
          outputs: [names[2]], attributes: ["axis": .int(0)]),
        Node(
          name: node.name, operatorType: "Expand", inputs: [node.inputs[0], names[2]],
          outputs: node.outputs),
      ]
    }
    return result
  }
}
