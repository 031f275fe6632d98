import Tensors

/// ONNX Transpose: the axes in another order, reversed when none is given.
struct Transpose: Operator {
  static let type = "Transpose"
  private let reader: NodeReader
  private let permutation: [Int]?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    permutation = try node.ints("perm")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "data")
    return [Shape(try Self.order(of: shape, permutation, reader).map { shape[$0] })]
  }

  /// The input's axis that each axis of the output is.
  static func order(
    of shape: Shape, _ permutation: [Int]?, _ reader: NodeReader
  ) throws(GraphError) -> [Int] {
    guard let permutation else { return Array((0..<shape.rank).reversed()) }
    let axes = try reader.axes(permutation, rank: shape.rank)
    guard axes.count == shape.rank else {
      throw reader.unsupported("perm", "\(permutation) (the rank is \(shape.rank))")
    }
    return axes
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0),
      let order = try? Self.order(of: input.shape, permutation, reader)
    else { return }
    let (strides, output) = (input.strides, call.outputs[0])
    StridedCopy(
      extents: output.shape.extents, order: output.memoryOrder, source: input.pointer,
      sourceSteps: order.map { strides[$0] }, destination: output.pointer,
      destinationSteps: output.strides
    ).copy(on: call.pool)
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0),
      let order = try? Self.order(of: gradient.shape, permutation, reader)
    else { return }
    let (strides, outer) = (gradient.strides, call.outputGradients[0])
    StridedCopy(
      extents: outer.shape.extents, order: outer.memoryOrder, source: outer.pointer,
      sourceSteps: outer.strides, destination: gradient.pointer,
      destinationSteps: order.map { strides[$0] }
    ).add(on: call.pool)
  }
}
