import Tensors

/// An operator that combines two values element by element under NumPy's broadcasting.
protocol BroadcastingOperator: Operator {
  /// Where the inputs came from; errors name its node.
  var reader: NodeReader { get }
  /// y = f(a, b)
  static func value(_ a: Float, _ b: Float) -> Float
  /// ∂y/∂a
  static func leftDerivative(_ a: Float, _ b: Float) -> Float
  /// ∂y/∂b
  static func rightDerivative(_ a: Float, _ b: Float) -> Float
  /// y = f(a, b) for `count` neighbours: a place for a kernel.
  static func apply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    count: Int)
}

extension BroadcastingOperator {
  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let a = try reader.shape(inputs, 0, named: "A")
    let b = try reader.shape(inputs, 1, named: "B")
    guard let shape = a.broadcast(with: b) else {
      throw reader.mismatch(expected: "shapes that broadcast", found: inputs)
    }
    return [try reader.shape(of: shape.extents, from: inputs)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  static func apply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    for index in 0..<count { y[index] = value(a[index], b[index]) }
  }

  func forward(_ call: OperatorCall) {
    guard let left = call.input(0), let right = call.input(1) else { return }
    if left.shape == right.shape { return forwardAlike(left, right, call) }
    let loop = StridedLoop(broadcasting: [left, right], to: call.outputs[0])
    let steps = loop.rowSteps
    let (a, b, y) = (left.pointer, right.pointer, call.outputs[0].pointer)
    loop.forEachRow(on: call.pool, parallel: true) { offsets, count in
      let (a, b, y) = (a + offsets[0], b + offsets[1], y + offsets[2])
      switch (steps[0], steps[1]) {
      case (1, 1): Self.apply(a, b, y, count: count)
      case (1, 0):
        let b = b[0]
        for index in 0..<count { y[index] = Self.value(a[index], b) }
      case (0, 1):
        let a = a[0]
        for index in 0..<count { y[index] = Self.value(a, b[index]) }
      default:
        for index in 0..<count {
          y[index * steps[2]] = Self.value(a[index * steps[0]], b[index * steps[1]])
        }
      }
    }
  }

  /// Operands of one shape lie alike: the loop needs no strides.
  private func forwardAlike(_ left: TensorView, _ right: TensorView, _ call: OperatorCall) {
    let (a, b, y) = (left.pointer, right.pointer, call.outputs[0].pointer)
    call.pool.forEachChunk(of: call.outputs[0].count) { range in
      let first = range.lowerBound
      Self.apply(a + first, b + first, y + first, count: range.count)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let left = call.input(0), let right = call.input(1) else { return }
    if let gradient = call.inputGradient(0) {
      accumulate(call, left, right, into: gradient, Self.leftDerivative)
    }
    if let gradient = call.inputGradient(1) {
      accumulate(call, left, right, into: gradient, Self.rightDerivative)
    }
  }

  /// gradient += outputGradient · derivative(a, b), summed over the axes along which it repeats.
  @inline(__always)
  fileprivate func accumulate(
    _ call: OperatorCall, _ left: TensorView, _ right: TensorView, into gradient: TensorView,
    _ derivative: (Float, Float) -> Float
  ) {
    let loop = StridedLoop(broadcasting: [left, right, gradient], to: call.outputGradients[0])
    let steps = loop.rowSteps
    let (a, b, outer) = (left.pointer, right.pointer, call.outputGradients[0].pointer)
    let sums = gradient.pointer
    loop.forEachRow(on: call.pool, parallel: loop.visitsOnce(2)) { offsets, count in
      let (a, b, outer) = (a + offsets[0], b + offsets[1], outer + offsets[3])
      let to = sums + offsets[2]
      if steps[2] == 0 {
        var sum = 0.0
        for index in 0..<count {
          let slope = derivative(a[index * steps[0]], b[index * steps[1]])
          sum += Double(outer[index * steps[3]] * slope)
        }
        to[0] += Float(sum)
      } else if steps == SIMD4(repeating: 1) {
        for index in 0..<count { to[index] += outer[index] * derivative(a[index], b[index]) }
      } else {
        for index in 0..<count {
          let slope = derivative(a[index * steps[0]], b[index * steps[1]])
          to[index * steps[2]] += outer[index * steps[3]] * slope
        }
      }
    }
  }
}

extension StridedLoop {
  /// A loop over all of a value, in its memory order, with operands that broadcast to it; the value
  /// itself is the last operand.
  init(broadcasting operands: [TensorView], to whole: TensorView) {
    let order = whole.memoryOrder
    let strides = operands.map { $0.broadcastStrides(rank: whole.shape.rank) } + [whole.strides]
    self.init(
      extents: order.map { whole.shape[$0] },
      steps: strides.map { strides in order.map { strides[$0] } })
  }
}

/// ONNX Add: y = a + b.
struct Add: BroadcastingOperator {
  static let type = "Add"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    reader = node
  }

  static func value(_ a: Float, _ b: Float) -> Float { a + b }
  static func leftDerivative(_ a: Float, _ b: Float) -> Float { 1 }
  static func rightDerivative(_ a: Float, _ b: Float) -> Float { 1 }

  static func apply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    Kernels.add(a, b, into: y, count: count)
  }

  func overwritesGradient(ofInput position: Int) -> Bool { true }

  func backward(_ call: OperatorCall) {
    guard let left = call.input(0), let right = call.input(1) else { return }
    let outer = call.outputGradients[0]
    for position in 0..<2 {
      guard let gradient = call.inputGradient(position) else { continue }
      // What repeats nowhere lies as the output does; on residual branches that is the rule.
      let overwrites = call.overwrites(position)
      guard gradient.shape == outer.shape else {
        if overwrites { gradient.pointer.update(repeating: 0, count: gradient.count) }
        accumulate(call, left, right, into: gradient, Self.leftDerivative)
        continue
      }
      call.pool.forEachChunk(of: outer.count) { range in
        let (from, to) = (outer.pointer + range.lowerBound, gradient.pointer + range.lowerBound)
        if overwrites {
          to.update(from: from, count: range.count)
        } else {
          Kernels.accumulate(from, into: to, count: range.count)
        }
      }
    }
  }
}

/// ONNX Sub: y = a - b.
struct Subtract: BroadcastingOperator {
  static let type = "Sub"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    reader = node
  }

  static func value(_ a: Float, _ b: Float) -> Float { a - b }
  static func leftDerivative(_ a: Float, _ b: Float) -> Float { 1 }
  static func rightDerivative(_ a: Float, _ b: Float) -> Float { -1 }
}

/// ONNX Mul: y = a · b.
struct Multiply: BroadcastingOperator {
  static let type = "Mul"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    reader = node
  }

  static func value(_ a: Float, _ b: Float) -> Float { a * b }
  static func leftDerivative(_ a: Float, _ b: Float) -> Float { b }
  static func rightDerivative(_ a: Float, _ b: Float) -> Float { a }
}

/// ONNX Div: y = a / b.
struct Divide: BroadcastingOperator {
  static let type = "Div"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    reader = node
  }

  static func value(_ a: Float, _ b: Float) -> Float { a / b }
  static func leftDerivative(_ a: Float, _ b: Float) -> Float { 1 / b }
  static func rightDerivative(_ a: Float, _ b: Float) -> Float { -a / (b * b) }
}
