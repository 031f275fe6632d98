import Tensors

/// ONNX Cast: a change of values, since networks carry every type as 32-bit floats.
///
/// Nothing happens for floating types; integers are truncated toward zero, truth values are 0 or 1.
struct Cast: ElementwiseOperator {
  static let type = "Cast"

  /// What a cast does to a value.
  enum Rounding {
    case none, truncation, truth
  }

  let reader: NodeReader
  private let rounding: Rounding

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    switch try Self.elementType(node) {
    case .float32, .float64: rounding = .none
    case .int64, .int32, .int8, .uint8, .int4, .uint4: rounding = .truncation
    case .bool: rounding = .truth
    }
    reader = node
  }

  /// The type that the attribute `to` means, by ONNX's numbers.
  ///
  /// - Throws: `GraphError.unsupportedAttribute` for the types that we do not keep.
  static func elementType(_ node: NodeReader) throws(GraphError) -> ElementType {
    let number = try node.int("to", default: 0)
    switch number {
    case 1: return .float32
    case 2: return .uint8
    case 3: return .int8
    case 6: return .int32
    case 7: return .int64
    case 9: return .bool
    case 11: return .float64
    case 21: return .uint4
    case 22: return .int4
    default: throw node.unsupported("to", "\(number)")
    }
  }

  func value(_ x: Float) -> Float {
    switch rounding {
    case .none: x
    case .truncation: x.rounded(.towardZero)
    case .truth: x == 0 ? 0 : 1
    }
  }

  func derivative(_ x: Float, _ y: Float) -> Float { rounding == .none ? 1 : 0 }
}
