import Tensors

/// The element types of ONNX and ours.
enum ElementTypes {
  /// The type under which elements of an ONNX type are kept, nil where we lack it; 16-bit floats
  /// are kept as float32.
  static func element(_ type: WireTensorProto.DataType) -> ElementType? {
    switch type {
    case .float, .float16, .bfloat16: .float32
    case .double: .float64
    case .int64: .int64
    case .int32: .int32
    case .int8: .int8
    case .uint8: .uint8
    case .bool: .bool
    case .int4: .int4
    case .uint4: .uint4
    default: nil
    }
  }

  /// The type under which elements of an ONNX type number are kept, nil where we lack it.
  static func element(number: Int32) -> ElementType? {
    WireTensorProto.DataType(rawValue: Int(number)).flatMap(element)
  }

  /// ONNX's number for one of our types.
  static func number(_ type: ElementType) -> Int32 {
    let wire: WireTensorProto.DataType =
      switch type {
      case .float32: .float
      case .float64: .double
      case .int64: .int64
      case .int32: .int32
      case .int8: .int8
      case .uint8: .uint8
      case .bool: .bool
      case .int4: .int4
      case .uint4: .uint4
      }
    return Int32(wire.rawValue)
  }

  /// What a message calls an ONNX type number.
  static func name(_ number: Int32) -> String {
    WireTensorProto.DataType(rawValue: Int(number)).map { "\($0)" } ?? "number \(number)"
  }
}
