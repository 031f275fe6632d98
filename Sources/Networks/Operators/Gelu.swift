import Foundation
import Tensors

/// ONNX Erf: y = 2/√π · ∫₀ˣ exp(−t²) dt.
struct ErrorFunction: ElementwiseOperator {
  static let type = "Erf"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
  }

  func value(_ x: Float) -> Float { erf(x) }
  func derivative(_ x: Float, _ y: Float) -> Float { 2 / Float.pi.squareRoot() * exp(-x * x) }
}

/// ONNX Gelu: y = x · Φ(x) with the normal distribution's Φ, or with `approximate` "tanh"
/// y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))).
///
/// Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units".
struct Gelu: ElementwiseOperator {
  static let type = "Gelu"
  let reader: NodeReader
  private let isApproximate: Bool

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    switch try node.string("approximate", default: "none") {
    case "none": isApproximate = false
    case "tanh": isApproximate = true
    case let other: throw node.unsupported("approximate", other)
    }
    reader = node
  }

  private static let slope = (2 / Float.pi).squareRoot()

  private func bent(_ x: Float) -> Float { tanh(Self.slope * (x + 0.044715 * x * x * x)) }

  func value(_ x: Float) -> Float {
    isApproximate ? x / 2 * (1 + bent(x)) : x / 2 * (1 + erf(x * Float(0.5).squareRoot()))
  }

  func derivative(_ x: Float, _ y: Float) -> Float {
    if isApproximate {
      let t = bent(x)
      return (1 + t) / 2 + x / 2 * (1 - t * t) * Self.slope * (1 + 3 * 0.044715 * x * x)
    }
    let density = exp(-x * x / 2) / (2 * Float.pi).squareRoot()
    return (1 + erf(x * Float(0.5).squareRoot())) / 2 + x * density
  }
}
