import Tensors

/// ONNX Slice: along some axes the positions from a start to an end in steps, both clamped.
struct Slice: Operator {
  static let type = "Slice"
  private let reader: NodeReader
  private let bounds: SliceBounds

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    bounds = try SliceBounds(node)
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "data")
    return [Shape(try bounds.region(of: shape, reader).extents)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0), let region = try? bounds.region(of: input.shape, reader) else {
      return
    }
    let output = call.outputs[0]
    StridedCopy(from: input, region, to: output, StridedRegion(whole: output.shape))
      .copy(on: call.pool)
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0),
      let region = try? bounds.region(of: gradient.shape, reader)
    else { return }
    let outer = call.outputGradients[0]
    StridedCopy(from: outer, StridedRegion(whole: outer.shape), to: gradient, region)
      .add(on: call.pool)
  }
}

/// The inputs of Slice but the first.
struct SliceBounds: Sendable {
  /// The first position along each axis, counted from the end when negative.
  let starts: [Int]
  /// The position to stop before.
  let ends: [Int]
  /// The axes, the first ones when nil.
  let axes: [Int]?
  /// The distance between positions, 1 when nil.
  let steps: [Int]?

  /// The bounds that a node gives.
  ///
  /// - Throws: `GraphError.missingInput` when one is not constant.
  init(_ reader: NodeReader) throws(GraphError) {
    starts = try reader.requiredIntegers(1, named: "starts")
    ends = try reader.requiredIntegers(2, named: "ends")
    axes = try reader.integers(3, named: "axes")
    steps = try reader.integers(4, named: "steps")
  }

  /// The region of a value that is meant.
  ///
  /// - Throws: `GraphError` when the lists do not belong together or an axis is not there.
  func region(of shape: Shape, _ reader: NodeReader) throws(GraphError) -> StridedRegion {
    let axes = try reader.axes(self.axes ?? Array(starts.indices), rank: shape.rank)
    let steps = self.steps ?? [Int](repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count
    else {
      throw reader.unsupported("starts", "\(starts.count) starts, \(ends.count) ends")
    }
    guard !steps.contains(0) else { throw reader.unsupported("steps", "\(steps)") }
    var region = StridedRegion(whole: shape)
    for (position, axis) in axes.enumerated() {
      let (start, count) = Self.positions(
        shape[axis], from: starts[position], to: ends[position], by: steps[position])
      region.starts[axis] = start
      region.extents[axis] = count
      // A step may be absurdly large where only one position is taken.
      region.steps[axis] = count > 1 ? steps[position] : 1
    }
    return region
  }

  /// The first position and the number of positions, after clamping as ONNX does.
  private static func positions(
    _ extent: Int, from start: Int, to end: Int, by step: Int
  ) -> (start: Int, count: Int) {
    func clamped(_ position: Int, _ low: Int, _ high: Int) -> Int {
      max(low, min(high, position < 0 ? position + extent : position))
    }
    guard extent > 0 else { return (0, 0) }
    let first = step > 0 ? clamped(start, 0, extent) : clamped(start, 0, extent - 1)
    let last = step > 0 ? clamped(end, 0, extent) : clamped(end, -1, extent - 1)
    let distance = step > 0 ? last - first : first - last
    guard distance > 0 else { return (0, 0) }
    return (first, Int(UInt(distance - 1) / step.magnitude) + 1)
  }
}
