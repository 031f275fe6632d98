import Foundation
import Tensors

/// Arrays as ONNX tensors with raw little-endian bytes.
enum TensorWriting {
  /// The tensor of an array.
  ///
  /// - Throws: `ONNXDefect.tensor` when an integer does not fit the array's element type, or the
  ///   type contradicts the storage.
  static func tensor(_ array: TypedArray, name: String) throws(ONNXDefect) -> WireTensorProto {
    var tensor = WireTensorProto()
    if !name.isEmpty { tensor.name = name }
    tensor.dims = array.shape.extents.map { Int64($0) }
    tensor.dataType = ElementTypes.number(array.elementType)
    tensor.rawData =
      switch (array.storage, array.elementType) {
      case (.float32(let scalars), .float32): scalars.withUnsafeBytes { Data($0) }
      case (.float64(let doubles), .float64): doubles.withUnsafeBytes { Data($0) }
      case (.integer(let integers), .int64): try bytes(integers, as: Int64.self, name: name)
      case (.integer(let integers), .int32): try bytes(integers, as: Int32.self, name: name)
      case (.integer(let integers), .int8): try bytes(integers, as: Int8.self, name: name)
      case (.integer(let integers), .uint8): try bytes(integers, as: UInt8.self, name: name)
      case (.integer(let integers), .bool):
        try bytes(integers.map { $0 == 0 ? 0 : 1 }, as: UInt8.self, name: name)
      case (.integer(let integers), .int4): try nibbles(integers, in: -8...7, name: name)
      case (.integer(let integers), .uint4): try nibbles(integers, in: 0...15, name: name)
      default:
        throw .tensor(name: name, reason: "is \(array.elementType) and stores another type")
      }
    return tensor
  }

  /// Two elements a byte, the first one in the lower half; of an odd number the last half stays 0.
  private static func nibbles(
    _ integers: [Int], in range: ClosedRange<Int>, name: String
  ) throws(ONNXDefect) -> Data {
    var packed = Data(count: (integers.count + 1) / 2)
    for (position, integer) in integers.enumerated() {
      guard range.contains(integer) else {
        throw .tensor(name: name, reason: "holds \(integer), which four bits cannot")
      }
      packed[position / 2] |= UInt8(integer & 15) << UInt8(position % 2 * 4)
    }
    return packed
  }

  private static func bytes<Element: FixedWidthInteger>(
    _ integers: [Int], as type: Element.Type, name: String
  ) throws(ONNXDefect) -> Data {
    var elements: [Element] = []
    elements.reserveCapacity(integers.count)
    for integer in integers {
      guard let element = Element(exactly: integer) else {
        throw .tensor(name: name, reason: "holds \(integer), which \(type) cannot")
      }
      elements.append(element)
    }
    return elements.withUnsafeBytes { Data($0) }
  }
}
