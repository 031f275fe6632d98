import Networks
import Tensors

/// Softmax and its relatives before operator set 13.
///
/// They flattened their input to a matrix before `axis` (1 when not given) and normalised its rows:
/// over `axis` and everything after it. Since then it is `axis` alone. Both agree when the axes
/// after it have extent 1; otherwise the flattening is written out.
enum SoftmaxRewrite {
  static let rewrite: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    let number = try rewriter.takeInteger(&node, "axis") ?? 1
    guard number != -1 else {
      node.attributes["axis"] = .int(-1)
      return
    }
    guard let extents = rewriter.shapes.extents(of: node),
      let axis = Shape(extents.map { _ in 1 }).axis(number)
    else {
      throw rewriter.defect(node, "the rank of its input is not known, or has no axis \(number)")
    }
    if extents[(axis + 1)...].allSatisfy({ $0 == 1 }) {
      node.attributes["axis"] = .int(axis)
    } else {
      try flatten(&node, axis: axis, extents: extents, &rewriter)
    }
  }

  private static func flatten(
    _ node: inout Node, axis: Int, extents: [Int?], _ rewriter: inout NodeRewriter
  ) throws(ONNXDefect) {
    let known = extents.dropFirst().compactMap { $0 }
    guard known.count == extents.count - 1, let input = node.inputs.first,
      let output = node.outputs.first
    else {
      throw rewriter.defect(node, "the extents after axis \(axis) are not known")
    }
    let rows = rewriter.freshName(node, "rows")
    let normalised = rewriter.freshName(node, "normalised")
    rewriter.insertBefore(
      Node(
        name: rewriter.freshName(node, "Flatten"), operatorType: "Flatten", inputs: [input],
        outputs: [rows], attributes: ["axis": .int(axis)]))
    var restored = Node(
      name: rewriter.freshName(node, "Reshape"), operatorType: "Reshape", inputs: [normalised],
      outputs: [output])
    try rewriter.setInput(&restored, 1, named: "shape", to: TypedArray([-1] + known))
    rewriter.insertAfter(restored)
    node.inputs[0] = rows
    node.outputs[0] = normalised
    node.attributes["axis"] = .int(1)
  }
}
