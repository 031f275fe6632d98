import Foundation
import Tensors

/// ONNX Pow: y = aᵇ.
///
/// The gradient of the exponent is 0 where the base is not positive: there aᵇ is no function of real b.
struct Power: BroadcastingOperator {
  static let type = "Pow"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    try node.require(1, named: "Y")
    reader = node
  }

  static func value(_ a: Float, _ b: Float) -> Float { pow(a, b) }
  static func leftDerivative(_ a: Float, _ b: Float) -> Float { b == 0 ? 0 : b * pow(a, b - 1) }
  static func rightDerivative(_ a: Float, _ b: Float) -> Float { a > 0 ? pow(a, b) * log(a) : 0 }
}

/// ONNX Sqrt: y = √x.
struct SquareRoot: ElementwiseOperator {
  static let type = "Sqrt"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { x.squareRoot() }
  func derivative(_ x: Float, _ y: Float) -> Float { 0.5 / y }
}

/// ONNX Exp: y = eˣ.
struct Exponential: ElementwiseOperator {
  static let type = "Exp"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
  }

  func value(_ x: Float) -> Float { exp(x) }
  func derivative(_ x: Float, _ y: Float) -> Float { y }
}

/// ONNX Log: y = ln x.
struct Logarithm: ElementwiseOperator {
  static let type = "Log"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
  }

  func value(_ x: Float) -> Float { log(x) }
  func derivative(_ x: Float, _ y: Float) -> Float { 1 / x }
}

/// ONNX Reciprocal: y = 1/x.
struct Reciprocal: ElementwiseOperator {
  static let type = "Reciprocal"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { 1 / x }
  func derivative(_ x: Float, _ y: Float) -> Float { -y * y }
}

/// ONNX Neg: y = −x.
struct Negation: ElementwiseOperator {
  static let type = "Neg"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    reader = node
  }

  func value(_ x: Float) -> Float { -x }
  func derivative(_ x: Float, _ y: Float) -> Float { -1 }
}
