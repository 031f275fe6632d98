import Networks
import Tensors

/// The shapes that ONNX wants of outputs, where the graph leaves them to its nodes.
enum OutputExtents {
  /// Numbers that networks divide among frames or crops, and that are no extents by chance.
  private static let batches = (48 * 101, 48 * 103)

  /// The outputs, with the extents that follow from the nodes where they are not known.
  ///
  /// An extent that equals the batch whatever it is, is the batch; if one follows the batch in
  /// another way, or the shapes do not follow, the extents stay unknown.
  static func completed(_ graph: Graph) -> [Graph.Value] {
    guard graph.outputs.contains(where: { $0.extents == nil }),
      let small = try? graph.shapes(batch: batches.0),
      let large = try? graph.shapes(batch: batches.1)
    else { return graph.outputs }
    return graph.outputs.map { output in
      guard output.extents == nil, let a = small[output.name], let b = large[output.name] else {
        return output
      }
      var output = output
      let pairs = Array(zip(a.extents, b.extents))
      guard pairs.allSatisfy({ $0 == $1 || ($0, $1) == batches }) else { return output }
      output.extents = pairs.map { $0 == $1 ? .fixed($0) : .batch }
      return output
    }
  }
}
