import Tensors

/// An operator that maps each element by itself, in whatever order the elements lie.
protocol ElementwiseOperator: Operator {
  /// Where the attributes came from; errors name its node.
  var reader: NodeReader { get }
  /// y = f(x)
  func value(_ x: Float) -> Float
  /// dy/dx, given x and y
  func derivative(_ x: Float, _ y: Float) -> Float
  /// The values of `count` neighbours: a place for a kernel.
  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int)
  /// Adds dy/dx · outer for `count` neighbours, or writes it: a place for a kernel.
  func addGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ outer: UnsafePointer<Float>,
    accumulates: Bool, into gradient: UnsafeMutablePointer<Float>, count: Int)
}

extension ElementwiseOperator {
  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try reader.shape(inputs, 0, named: "X")]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { y[index] = value(x[index]) }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position == 0 }

  func addGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ outer: UnsafePointer<Float>,
    accumulates: Bool, into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count {
      let change = outer[index] * derivative(x[index], y[index])
      gradient[index] = accumulates ? gradient[index] + change : change
    }
  }

  func forward(_ call: OperatorCall) {
    guard let x = call.input(0)?.pointer else { return }
    let y = call.outputs[0].pointer
    call.pool.forEachChunk(of: call.outputs[0].count) { range in
      apply(x + range.lowerBound, y + range.lowerBound, count: range.count)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let x = call.input(0)?.pointer, let gradient = call.inputGradient(0)?.pointer else {
      return
    }
    let y = call.outputs[0].pointer
    let outer = call.outputGradients[0].pointer
    let accumulates = !call.overwrites(0)
    call.pool.forEachChunk(of: call.outputs[0].count) { range in
      let first = range.lowerBound
      addGradient(
        x + first, y + first, outer + first, accumulates: accumulates, into: gradient + first,
        count: range.count)
    }
  }
}
