import Foundation
import Tensors

/// A `.npy` file whose header was checked and whose elements are still bytes.
///
/// Large byte arrays such as images stay at one byte per element this way; `array()` widens
/// integers to `Int`.
public struct NumPyPayload: Sendable {
  /// Element type, order and shape.
  public let header: NumPyHeader
  /// The path that errors name.
  public let file: String
  private let bytes: [UInt8]
  private let offset: Int

  /// The payload of a file's bytes.
  ///
  /// - Throws: `NumPyError` when they are not a NumPy file of a supported type, or are too few or
  ///   too many for the shape.
  public init(_ bytes: [UInt8], file: String) throws(NumPyError) {
    let (header, offset) = try NumPyHeader.parse(bytes, file: file)
    let (expected, found) = (header.byteCount, bytes.count - offset)
    guard found >= expected else {
      throw .truncatedData(file: file, shape: header.shape, expected: expected, found: found)
    }
    guard found == expected else {
      throw .trailingBytes(file: file, shape: header.shape, count: found - expected)
    }
    self.header = header
    self.file = file
    self.bytes = bytes
    self.offset = offset
  }

  /// The elements in row-major order as bytes, when the type is uint8; nil otherwise.
  public func unsignedBytes() -> [UInt8]? {
    guard header.elementType == .uint8 else { return nil }
    return rowMajor(Array(bytes[offset...]))
  }

  /// The elements in row-major order.
  ///
  /// - Throws: `NumPyError.notBoolean` when a truth value is neither 0 nor 1.
  public func array() throws(NumPyError) -> TypedArray {
    let shape = header.shape
    do {
      switch header.elementType {
      case .float32:
        let scalars = rowMajor(elements { Float(bitPattern: UInt32(littleEndian: $0)) })
        return TypedArray(try Tensor(shape: shape, scalars: scalars))
      case .float64:
        let doubles = rowMajor(elements { Double(bitPattern: UInt64(littleEndian: $0)) })
        return try TypedArray(shape: shape, doubles: doubles)
      default:
        return try TypedArray(
          shape: shape, integers: rowMajor(try integers()), elementType: header.elementType)
      }
    } catch let error as NumPyError {
      throw error
    } catch {
      throw .badHeader(file: file, reason: "\(error)")
    }
  }

  private func integers() throws(NumPyError) -> [Int] {
    switch header.elementType {
    case .int64: return elements { Int(Int64(bitPattern: UInt64(littleEndian: $0))) }
    case .int32: return elements { Int(Int32(bitPattern: UInt32(littleEndian: $0))) }
    case .int8: return elements { Int(Int8(bitPattern: $0)) }
    default:
      let integers = elements { (byte: UInt8) in Int(byte) }
      if header.elementType == .bool, let position = integers.firstIndex(where: { $0 > 1 }) {
        throw .notBoolean(file: file, position: position, found: integers[position])
      }
      return integers
    }
  }

  /// The elements in the order of the file, each made from the bits it is stored as.
  private func elements<Bits: FixedWidthInteger & BitwiseCopyable, Element>(
    _ convert: (Bits) -> Element
  ) -> [Element] {
    bytes.withUnsafeBytes { raw in
      (0..<header.shape.count).map { index in
        convert(
          raw.loadUnaligned(
            fromByteOffset: offset + index * MemoryLayout<Bits>.size, as: Bits.self))
      }
    }
  }

  /// Elements in the order of the file, brought to row-major order.
  private func rowMajor<Element>(_ elements: [Element]) -> [Element] {
    let extents = header.shape.extents
    guard header.isFortranOrder, extents.count > 1, !elements.isEmpty else { return elements }
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in 1..<extents.count { strides[axis] = strides[axis - 1] * extents[axis - 1] }
    var index = [Int](repeating: 0, count: extents.count)
    var source = 0
    var reordered: [Element] = []
    reordered.reserveCapacity(elements.count)
    for _ in elements.indices {
      reordered.append(elements[source])
      // Count up like an odometer, last axis first.
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < extents[axis] { break }
        source -= strides[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return reordered
  }
}
