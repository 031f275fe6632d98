import Tensors

/// ONNX Relu: y = max(x, 0).
struct Relu: ElementwiseOperator {
  static let type = "Relu"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { x < 0 ? 0 : x }
  func derivative(_ x: Float, _ y: Float) -> Float { x > 0 ? 1 : 0 }

  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    Kernels.clamp(x, lower: 0, upper: .infinity, into: y, count: count)
  }

  func addGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ outer: UnsafePointer<Float>,
    accumulates: Bool, into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    Kernels.clampGradient(
      input: x, gradient: outer, lower: 0, upper: .infinity, accumulates: accumulates,
      into: gradient, count: count)
  }
}

/// ONNX Clip: y = min(max(x, min), max), with constant bounds.
struct Clip: ElementwiseOperator {
  static let type = "Clip"
  let reader: NodeReader
  /// The smallest value let through; -∞ when left out.
  let lower: Float
  /// The largest value let through; ∞ when left out.
  let upper: Float

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
    lower = try node.scalar(1, named: "min") ?? -.infinity
    upper = try node.scalar(2, named: "max") ?? .infinity
  }

  func value(_ x: Float) -> Float {
    let raised = x < lower ? lower : x
    return raised > upper ? upper : raised
  }

  func derivative(_ x: Float, _ y: Float) -> Float { x > lower && x < upper ? 1 : 0 }

  func apply(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int) {
    Kernels.clamp(x, lower: lower, upper: upper, into: y, count: count)
  }

  func addGradient(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ outer: UnsafePointer<Float>,
    accumulates: Bool, into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    Kernels.clampGradient(
      input: x, gradient: outer, lower: lower, upper: upper, accumulates: accumulates,
      into: gradient, count: count)
  }
}

/// ONNX LeakyRelu: y = x where x ≥ 0, α·x elsewhere.
struct LeakyRelu: ElementwiseOperator {
  static let type = "LeakyRelu"
  let reader: NodeReader
  /// The slope of the negative side.
  let alpha: Float

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
    alpha = try node.float("alpha", default: 0.01)
  }

  func value(_ x: Float) -> Float { x < 0 ? alpha * x : x }
  func derivative(_ x: Float, _ y: Float) -> Float { x < 0 ? alpha : 1 }
}
