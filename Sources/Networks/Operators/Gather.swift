import Tensors

/// ONNX Gather: slices of the input along an axis, picked by constant indices.
struct Gather: Operator {
  static let type = "Gather"
  private let reader: NodeReader
  private let axisNumber: Int
  private let indices: [Int]
  private let indexShape: Shape

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    indices = try node.requiredIntegers(1, named: "indices")
    indexShape = node.constant(1)?.shape ?? []
    axisNumber = try node.int("axis", default: 0)
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "data")
    return [try Self.shape(shape, axisNumber, indices, indexShape, reader)]
  }

  /// The shape of what indices pick.
  static func shape(
    _ shape: Shape, _ axisNumber: Int, _ indices: [Int], _ indexShape: Shape, _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    let axis = try reader.axis(axisNumber, rank: shape.rank)
    if let index = indices.first(where: { $0 < -shape[axis] || $0 >= shape[axis] }) {
      throw reader.mismatch(expected: "an axis \(axis) that holds index \(index)", found: [shape])
    }
    let extents = shape.extents[..<axis] + indexShape.extents + shape.extents[(axis + 1)...]
    return try reader.shape(of: Array(extents), from: [shape])
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    let output = call.outputs[0].pointer
    forEachRun(of: input.shape) { from, to, count in
      (output + to).update(from: input.pointer + from, count: count)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    let outer = call.outputGradients[0].pointer
    forEachRun(of: gradient.shape) { to, from, count in
      for index in 0..<count { gradient.pointer[to + index] += outer[from + index] }
    }
  }

  /// Calls `body` with the offsets in input and output of each slice, and its length.
  private func forEachRun(of shape: Shape, _ body: (Int, Int, Int) -> Void) {
    guard let axis = shape.axis(axisNumber) else { return }
    let run = shape.extents[(axis + 1)...].reduce(1, *)
    var to = 0
    for outer in 0..<shape.extents[..<axis].reduce(1, *) {
      for index in indices {
        let position = index < 0 ? index + shape[axis] : index
        body((outer * shape[axis] + position) * run, to, run)
        to += run
      }
    }
  }
}
