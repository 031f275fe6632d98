import Tensors

/// ONNX Split: consecutive parts along an axis.
///
/// The sizes are the constant input `split`, or equal parts rounded up, of which the last may be
/// smaller.
struct Split: Operator {
  static let type = "Split"
  private let reader: NodeReader
  private let axisNumber: Int
  private let sizes: [Int]?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    axisNumber = try node.int("axis", default: 0)
    sizes = try node.integers(1, named: "split")
    let outputs = node.node.outputs.count
    let parts = try node.int("num_outputs", default: outputs)
    guard outputs > 0, parts == outputs else { throw node.unsupported("num_outputs", "\(parts)") }
    if let sizes, sizes.count != outputs || sizes.contains(where: { $0 < 0 }) {
      throw node.unsupported("split", "\(sizes) for \(outputs) outputs")
    }
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "input")
    let axis = try reader.axis(axisNumber, rank: shape.rank)
    let sizes = self.sizes ?? equalSizes(of: shape[axis])
    var rest = shape[axis]
    for size in sizes where rest >= 0 { rest = size < 0 || size > rest ? -1 : rest - size }
    guard rest == 0 else {
      throw reader.mismatch(
        expected: "an extent of axis \(axis) that splits into \(sizes)", found: inputs)
    }
    return sizes.map { size in
      var extents = shape.extents
      extents[axis] = size
      return Shape(extents)
    }
  }

  private func equalSizes(of extent: Int) -> [Int] {
    let parts = reader.node.outputs.count
    let size = extent / parts + (extent % parts == 0 ? 0 : 1)
    return [Int](repeating: size, count: parts - 1) + [extent - size * (parts - 1)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    forEachPart(call.outputs, of: input) { part, region in
      StridedCopy(from: input, region, to: part, StridedRegion(whole: part.shape))
        .copy(on: call.pool)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    forEachPart(call.outputGradients, of: gradient) { part, region in
      StridedCopy(from: part, StridedRegion(whole: part.shape), to: gradient, region)
        .add(on: call.pool)
    }
  }

  private func forEachPart(
    _ parts: [TensorView], of whole: TensorView, _ body: (TensorView, StridedRegion) -> Void
  ) {
    guard let axis = whole.shape.axis(axisNumber) else { return }
    var start = 0
    for part in parts {
      let count = part.shape[axis]
      body(part, StridedRegion(whole.shape, axis: axis, start: start, count: count))
      start += count
    }
  }
}
