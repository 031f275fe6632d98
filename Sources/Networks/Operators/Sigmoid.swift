import Foundation
import Tensors

/// ONNX Sigmoid: y = 1 / (1 + exp(-x)).
struct Sigmoid: ElementwiseOperator {
  static let type = "Sigmoid"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
  func derivative(_ x: Float, _ y: Float) -> Float { y * (1 - y) }
}

/// ONNX Tanh: y = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
struct HyperbolicTangent: ElementwiseOperator {
  static let type = "Tanh"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
  }

  func value(_ x: Float) -> Float { tanh(x) }
  func derivative(_ x: Float, _ y: Float) -> Float { 1 - y * y }
}

/// ONNX HardSigmoid: y = max(0, min(1, α·x + β)).
struct HardSigmoid: ElementwiseOperator {
  static let type = "HardSigmoid"
  let reader: NodeReader
  /// The slope.
  let alpha: Float
  /// The value at 0.
  let beta: Float

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
    alpha = try node.float("alpha", default: 0.2)
    beta = try node.float("beta", default: 0.5)
  }

  func value(_ x: Float) -> Float { max(0, min(1, alpha * x + beta)) }
  func derivative(_ x: Float, _ y: Float) -> Float { y > 0 && y < 1 ? alpha : 0 }
}

/// ONNX HardSwish: y = x · max(0, min(1, x/6 + 1/2)).
struct HardSwish: ElementwiseOperator {
  static let type = "HardSwish"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { x * max(0, min(1, x / 6 + 0.5)) }
  func derivative(_ x: Float, _ y: Float) -> Float { x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5 }
}
