import Tensors

/// ONNX Concat: the inputs one after the other along an axis.
struct Concat: Operator {
  static let type = "Concat"
  private let reader: NodeReader
  private let axisNumber: Int

  init(_ node: NodeReader) throws(GraphError) {
    for position in 0..<max(1, node.node.inputs.count) {
      try node.require(position, named: "inputs[\(position)]")
    }
    axisNumber = try Self.axisNumber(node)
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try Self.shape(inputs, axisNumber, reader)]
  }

  /// The attribute `axis`, which has no default.
  static func axisNumber(_ reader: NodeReader) throws(GraphError) -> Int {
    guard reader.node.attributes["axis"] != nil else {
      throw .missingAttribute(node: reader.node.name, type: type, attribute: "axis")
    }
    return try reader.int("axis", default: 0)
  }

  /// The shape of the whole.
  static func shape(
    _ inputs: [Shape?], _ axisNumber: Int, _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    let first = try reader.shape(inputs, 0, named: "inputs[0]")
    let axis = try reader.axis(axisNumber, rank: first.rank)
    var extents = first.extents
    for position in inputs.indices.dropFirst() {
      let next = try reader.shape(inputs, position, named: "inputs[\(position)]")
      var rest = next.extents
      guard next.rank == first.rank else {
        throw reader.mismatch(expected: "inputs of one rank", found: inputs)
      }
      rest[axis] = first[axis]
      guard rest == first.extents else {
        throw reader.mismatch(expected: "inputs that agree but on axis \(axis)", found: inputs)
      }
      let (sum, overflows) = extents[axis].addingReportingOverflow(next[axis])
      extents[axis] = overflows ? -1 : sum
    }
    return try reader.shape(of: extents, from: inputs)
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    let output = call.outputs[0]
    forEachPart(call, call.inputs) { _, part, region in
      StridedCopy(from: part, StridedRegion(whole: part.shape), to: output, region)
        .copy(on: call.pool)
    }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { true }

  func backward(_ call: OperatorCall) {
    let outer = call.outputGradients[0]
    forEachPart(call, call.inputGradients) { position, part, region in
      let copy = StridedCopy(from: outer, region, to: part, StridedRegion(whole: part.shape))
      if call.overwrites(position) {
        copy.copy(on: call.pool)
      } else {
        copy.add(on: call.pool)
      }
    }
  }

  /// Calls `body` with the position of each part that is there, the part and the region of the whole that it fills.
  private func forEachPart(
    _ call: OperatorCall, _ parts: [TensorView?], _ body: (Int, TensorView, StridedRegion) -> Void
  ) {
    guard let axis = call.outputs[0].shape.axis(axisNumber) else { return }
    var start = 0
    for (position, part) in parts.enumerated() {
      guard let extent = call.inputs[position]?.shape[axis] else { continue }
      if let part {
        body(
          position, part,
          StridedRegion(call.outputs[0].shape, axis: axis, start: start, count: extent))
      }
      start += extent
    }
  }
}
