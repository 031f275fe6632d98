import Tensors

/// ONNX Expand: the input repeated to the shape that it and a constant shape broadcast to.
struct Expand: Operator {
  static let type = "Expand"
  private let reader: NodeReader
  private let target: [Int]

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    target = try node.requiredIntegers(1, named: "shape")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try Self.shape(try reader.shape(inputs, 0, named: "input"), to: target, reader)]
  }

  /// The shape that an input and a target broadcast to.
  static func shape(
    _ input: Shape, to target: [Int], _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    guard let shape = input.broadcast(with: Shape(target)) else {
      throw reader.mismatch(expected: "a shape that broadcasts to \(target)", found: [input])
    }
    return try reader.shape(of: shape.extents, from: [input])
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    let output = call.outputs[0]
    StridedCopy(
      extents: output.shape.extents, order: output.memoryOrder, source: input.pointer,
      sourceSteps: input.broadcastStrides(rank: output.shape.rank), destination: output.pointer,
      destinationSteps: output.strides
    ).copy(on: call.pool)
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    let outer = call.outputGradients[0]
    StridedCopy(
      extents: outer.shape.extents, order: outer.memoryOrder, source: outer.pointer,
      sourceSteps: outer.strides, destination: gradient.pointer,
      destinationSteps: gradient.broadcastStrides(rank: outer.shape.rank)
    ).add(on: call.pool)
  }
}
