import Foundation
import Tensors

/// Numbers from ONNX's two ways of keeping them: raw little-endian bytes and lists by type.
struct TensorReading {
  private let tensor: WireTensorProto
  private let name: String
  private let shape: Shape

  /// The array that a tensor describes; `name` is what messages call it.
  static func array(_ tensor: WireTensorProto, name: String) throws(ONNXDefect) -> TypedArray {
    guard tensor.dataLocation != .external else {
      throw .tensor(
        name: name,
        reason: "keeps its elements in another file, which is not supported; save the model as one")
    }
    let shape = try shape(tensor.dims, of: name)
    return try TensorReading(tensor: tensor, name: name, shape: shape).array()
  }

  private func array() throws(ONNXDefect) -> TypedArray {
    switch WireTensorProto.DataType(rawValue: Int(tensor.dataType)) {
    case .float:
      try floats(try elements(tensor.floatData, as: Float.self))
    case .double:
      try doubles(try elements(tensor.doubleData, as: Double.self))
    case .float16:
      try floats(try halves().map(HalfPrecision.float16))
    case .bfloat16:
      try floats(try halves().map(HalfPrecision.bfloat16))
    case .int64:
      try integers(try elements(tensor.int64Data, as: Int64.self).map { Int($0) }, .int64)
    case .int32:
      try integers(try elements(tensor.int32Data, as: Int32.self).map { Int($0) }, .int32)
    case .int8:
      try integers(try signedBytes(), .int8)
    case .uint8:
      try integers(try bytes(), .uint8)
    case .int4:
      try integers(try nibbles().map { $0 < 8 ? $0 : $0 - 16 }, .int4)
    case .uint4:
      try integers(try nibbles(), .uint4)
    case .bool:
      try integers(try bytes().map { $0 == 0 ? 0 : 1 }, .bool)
    default:
      throw defect(
        "has elements of type \(ElementTypes.name(tensor.dataType)), which is not supported")
    }
  }

  /// The elements, from the raw bytes where there are any, else from the list.
  private func elements<Element: BitwiseCopyable>(
    _ list: [Element], as type: Element.Type
  ) throws(ONNXDefect) -> [Element] {
    guard tensor.hasRawData, !tensor.rawData.isEmpty || list.isEmpty else {
      try check(list.count)
      return list
    }
    let size = MemoryLayout<Element>.size
    let (expected, overflow) = shape.count.multipliedReportingOverflow(by: size)
    guard !overflow, tensor.rawData.count == expected else {
      throw defect(
        "of shape \(shape) needs \(overflow ? "too many" : "\(expected)") bytes of elements, "
          + "\(tensor.rawData.count) found")
    }
    return tensor.rawData.withUnsafeBytes { bytes in
      (0..<shape.count).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self) }
    }
  }

  /// The bits of 16-bit floats, which the list keeps in 32-bit integers.
  private func halves() throws(ONNXDefect) -> [UInt16] {
    guard tensor.rawData.isEmpty else { return try elements([], as: UInt16.self) }
    try check(tensor.int32Data.count)
    return tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
  }

  /// Integers of one byte, which the list keeps in 32-bit integers.
  private func bytes() throws(ONNXDefect) -> [Int] {
    guard tensor.rawData.isEmpty else {
      return try elements([], as: UInt8.self).map { Int($0) }
    }
    try check(tensor.int32Data.count)
    guard let wrong = tensor.int32Data.first(where: { !(0...255).contains($0) }) else {
      return tensor.int32Data.map { Int($0) }
    }
    throw defect("holds \(wrong) as an element of one byte")
  }

  /// The same with a sign.
  private func signedBytes() throws(ONNXDefect) -> [Int] {
    guard tensor.rawData.isEmpty else { return try elements([], as: Int8.self).map { Int($0) } }
    try check(tensor.int32Data.count)
    guard let wrong = tensor.int32Data.first(where: { !(-128...127).contains($0) }) else {
      return tensor.int32Data.map { Int($0) }
    }
    throw defect("holds \(wrong) as an element of one byte")
  }

  /// Integers of four bits without a sign, two in a byte, the first one in the lower half; the list keeps
  /// such bytes in 32-bit integers.
  private func nibbles() throws(ONNXDefect) -> [Int] {
    let size = shape.count / 2 + shape.count % 2
    let packed: [UInt8] =
      tensor.rawData.isEmpty
      ? tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) } : Array(tensor.rawData)
    guard packed.count == size else {
      throw defect("of shape \(shape) needs \(size) bytes of elements, \(packed.count) found")
    }
    return (0..<shape.count).map { Int(packed[$0 / 2] >> UInt8($0 % 2 * 4)) & 15 }
  }

  private func check(_ count: Int) throws(ONNXDefect) {
    guard count == shape.count else {
      throw defect("of shape \(shape) needs \(shape.count) elements, \(count) found")
    }
  }

  private func floats(_ scalars: [Float]) throws(ONNXDefect) -> TypedArray {
    try checked { () throws(TensorError) in TypedArray(try Tensor(shape: shape, scalars: scalars)) }
  }

  private func doubles(_ doubles: [Double]) throws(ONNXDefect) -> TypedArray {
    try checked { () throws(TensorError) in try TypedArray(shape: shape, doubles: doubles) }
  }

  private func integers(_ integers: [Int], _ type: ElementType) throws(ONNXDefect) -> TypedArray {
    try checked { () throws(TensorError) in
      try TypedArray(shape: shape, integers: integers, elementType: type)
    }
  }

  private func checked(
    _ array: () throws(TensorError) -> TypedArray
  ) throws(ONNXDefect) -> TypedArray {
    do throws(TensorError) {
      return try array()
    } catch {
      throw defect("is inconsistent: \(error)")
    }
  }

  private func defect(_ reason: String) -> ONNXDefect { .tensor(name: name, reason: reason) }

  /// A shape whose extents and their products can be computed with.
  private static func shape(_ dims: [Int64], of name: String) throws(ONNXDefect) -> Shape {
    let extents = dims.map { Int($0) }
    if let negative = extents.first(where: { $0 < 0 }) {
      throw .tensor(name: name, reason: "has a negative extent, \(negative)")
    }
    guard extents.elementCountIsSensible else {
      let shape = Shape(extents)
      throw .tensor(name: name, reason: "claims the shape \(shape), which no memory can hold")
    }
    return Shape(extents)
  }
}

extension [Int] {
  /// Whether non-negative extents have few enough elements for a machine to address; extents of 0
  /// excuse nothing, since strides are products of the others.
  var elementCountIsSensible: Bool {
    var count = 1
    for extent in self {
      let (product, overflow) = count.multipliedReportingOverflow(by: Swift.max(extent, 1))
      guard !overflow, product <= 1 << 40 else { return false }
      count = product
    }
    return true
  }
}
