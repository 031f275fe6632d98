import Tensors

/// The constant scales of a quantiser: one for all elements, or one for each index of an axis.
struct ChannelScales {
  /// The scales.
  let scales: [Float]
  private let axis: Int
  private let node: NodeReader

  /// Reads a constant input and an axis.
  ///
  /// - Throws: `GraphError.missingInput` when the scales are no constant of at most one axis.
  init(_ node: NodeReader, input: Int, named name: String, axis: Int) throws(GraphError) {
    guard let scales = node.constant(input)?.tensor, scales.shape.rank <= 1, scales.count > 0 else {
      throw .missingInput(node: node.node.name, type: node.node.operatorType, input: name)
    }
    self.scales = scales.scalars
    self.axis = axis
    self.node = node
  }

  /// Whether all elements share a scale.
  var isOne: Bool { scales.count == 1 }

  /// Makes sure that there is a scale for each index of the axis.
  ///
  /// - Throws: `GraphError` when the shape has no such axis or another extent.
  func check(_ shape: Shape) throws(GraphError) {
    guard !isOne else { return }
    let axis = try node.axis(axis, rank: shape.rank)
    guard shape[axis] == scales.count else {
      throw node.mismatch(
        expected: "\(scales.count) channels along axis \(axis), one for each scale", found: [shape])
    }
  }

  /// Elements in whatever order they lie where they share a scale, row-major otherwise.
  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let plan =
      isOne
      ? LayoutPlan.following(Array(inputs.prefix(1)), outputs: outputs)
      : LayoutPlan(inputs: [.rowMajor], outputs: [.rowMajor])
    let others = [Layout](repeating: .rowMajor, count: max(0, inputs.count - 1))
    return LayoutPlan(inputs: plan.inputs + others, outputs: plan.outputs)
  }

  /// Calls `body` with ranges of elements that share a scale and the scale's number, at the same time
  /// where there are many elements.
  func forEachRange(
    of shape: Shape, _ pool: WorkerPool, _ body: (_ range: Range<Int>, _ channel: Int) -> Void
  ) {
    if isOne { return pool.forEachChunk(of: shape.count) { body($0, 0) } }
    guard let axis = shape.axis(axis), shape.count > 0 else { return }
    let run = shape.extents[(axis + 1)...].reduce(1, *)
    let rows = shape.count / run
    pool.forEachChunk(of: rows, chunk: max(1, WorkerPool.chunk / run)) { range in
      for row in range { body(row * run..<(row + 1) * run, row % scales.count) }
    }
  }
}
