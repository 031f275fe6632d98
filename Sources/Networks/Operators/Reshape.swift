import Tensors

/// An operator whose one output holds the input's elements in the same row-major order.
protocol ReshapingOperator: Operator {}

extension ReshapingOperator {
  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    let (from, to) = (input.pointer, call.outputs[0].pointer)
    call.pool.forEachChunk(of: call.outputs[0].count) { range in
      (to + range.lowerBound).update(from: from + range.lowerBound, count: range.count)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0)?.pointer else { return }
    let outer = call.outputGradients[0].pointer
    call.pool.forEachChunk(of: call.outputGradients[0].count) { range in
      for index in range { gradient[index] += outer[index] }
    }
  }
}

/// ONNX Reshape: the same elements under a constant shape, in which 0 copies and -1 infers.
struct Reshape: ReshapingOperator {
  static let type = "Reshape"
  private let reader: NodeReader
  private let target: [Int]

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    target = try node.requiredIntegers(1, named: "shape")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try Self.shape(try reader.shape(inputs, 0, named: "data"), to: target, reader)]
  }

  /// The shape that a target means for an input.
  ///
  /// Axes that are copied do not count when -1 is inferred, so an empty batch reshapes as any other.
  static func shape(
    _ input: Shape, to target: [Int], _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    let allowsZero = try reader.int("allowzero", default: 0) != 0
    let mismatch = reader.mismatch(
      expected: "a shape that fits the target \(target)", found: [input])
    var extents = target
    var left = input.extents
    var inferred: Int?
    for (axis, extent) in target.enumerated() {
      if extent == 0, !allowsZero {
        guard axis < input.rank else { throw mismatch }
        extents[axis] = input[axis]
        left[axis] = 1
      } else if extent == -1 {
        guard inferred == nil else { throw mismatch }
        inferred = axis
      } else if extent < 0 {
        throw mismatch
      }
    }
    if let inferred {
      let numbers = target.filter { $0 > 0 || ($0 == 0 && allowsZero) }
      let fixed = try reader.shape(of: numbers, from: [input])
      let count = Shape(left).count
      guard fixed.count > 0, count % fixed.count == 0 else { throw mismatch }
      extents[inferred] = count / fixed.count
    }
    let shape = try reader.shape(of: extents, from: [input])
    guard shape.count == input.count else { throw mismatch }
    return shape
  }
}

/// ONNX Flatten: a matrix whose rows are the axes before `axis`.
struct Flatten: ReshapingOperator {
  static let type = "Flatten"
  private let reader: NodeReader
  private let axisNumber: Int

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    axisNumber = try node.int("axis", default: 1)
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "input")
    guard axisNumber >= -shape.rank, axisNumber <= shape.rank else {
      throw reader.unsupported("axis", "\(axisNumber) (the rank is \(shape.rank))")
    }
    let axis = axisNumber < 0 ? axisNumber + shape.rank : axisNumber
    return [
      [shape.extents[..<axis].reduce(1, *), shape.extents[axis...].reduce(1, *)]
    ]
  }
}

/// ONNX Squeeze: without the given axes of extent 1, or without all of them.
struct Squeeze: ReshapingOperator {
  static let type = "Squeeze"
  private let reader: NodeReader
  private let axes: [Int]?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    axes = try node.integers(1, named: "axes")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try Self.shape(try reader.shape(inputs, 0, named: "data"), without: axes, reader)]
  }

  /// The shape without some axes.
  static func shape(
    _ input: Shape, without axes: [Int]?, _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    guard let numbers = axes else { return Shape(input.extents.filter { $0 != 1 }) }
    let axes = try reader.axes(numbers, rank: input.rank)
    guard axes.allSatisfy({ input[$0] == 1 }) else {
      throw reader.mismatch(expected: "extent 1 on the axes \(axes)", found: [input])
    }
    return Shape(input.extents.indices.filter { !axes.contains($0) }.map { input[$0] })
  }
}

/// ONNX Unsqueeze: with axes of extent 1 at the given places of the output.
struct Unsqueeze: ReshapingOperator {
  static let type = "Unsqueeze"
  private let reader: NodeReader
  private let axes: [Int]

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    axes = try node.requiredIntegers(1, named: "axes")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try Self.shape(try reader.shape(inputs, 0, named: "data"), with: axes, reader)]
  }

  /// The shape with some more axes.
  static func shape(
    _ input: Shape, with axes: [Int], _ reader: NodeReader
  ) throws(GraphError) -> Shape {
    let rank = input.rank + axes.count
    let added = try reader.axes(axes, rank: rank)
    var rest = input.extents[...]
    return Shape((0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() })
  }
}
