import Foundation
import Tensors

/// Reads and writes NumPy's `.npy` files of float32, float64, int64, int32, int8, uint8 and bool.
///
/// Versions 1.0 to 3.0 of the format, C or Fortran order, little-endian; row-major in memory and in
/// the files written.
public enum NumPyFile {
  /// The array in a file, in row-major order whatever the order of the file.
  ///
  /// - Throws: `NumPyError` naming the file and what is wrong with it.
  public static func read(_ url: URL) throws(NumPyError) -> TypedArray {
    try readPayload(url).array()
  }

  /// The checked header of a file with its elements still as bytes, for large arrays.
  ///
  /// - Throws: `NumPyError` naming the file and what is wrong with it.
  public static func readPayload(_ url: URL) throws(NumPyError) -> NumPyPayload {
    let data: Data
    do {
      data = try WholeFile.read(url)
    } catch {
      throw .file(error)
    }
    return try NumPyPayload([UInt8](data), file: url.path)
  }

  /// Writes an array so that the file is replaced whole or not at all; the bytes are NumPy's own.
  ///
  /// - Throws: `NumPyError.outOfRange` when an integer does not fit the element type,
  ///   `.inconsistentArray` when storage and element type contradict each other, `.file` when the
  ///   file system refuses.
  public static func write(_ array: TypedArray, to url: URL) throws(NumPyError) {
    let data = try encode(array, file: url.path)
    do {
      try AtomicFile.write(data, to: url)
    } catch {
      throw .file(error)
    }
  }

  /// The bytes of a file that holds an array; `file` is the name that errors carry.
  static func encode(_ array: TypedArray, file: String) throws(NumPyError) -> Data {
    let header = NumPyHeader(
      elementType: array.elementType, isFortranOrder: false, shape: array.shape)
    var data = Data(header.encoded())
    data.reserveCapacity(data.count + header.byteCount)
    switch (array.storage, array.elementType) {
    case (.float32(let scalars), .float32):
      append(scalars.map { $0.bitPattern.littleEndian }, to: &data)
    case (.float64(let doubles), .float64):
      append(doubles.map { $0.bitPattern.littleEndian }, to: &data)
    case (.integer(let integers), .int64):
      append(integers.map { Int64($0).littleEndian }, to: &data)
    case (.integer(let integers), .int32):
      let narrow: [Int32] = try narrowed(integers, in: array, file: file)
      append(narrow.map(\.littleEndian), to: &data)
    case (.integer(let integers), .int8):
      let narrow: [Int8] = try narrowed(integers, in: array, file: file)
      append(narrow, to: &data)
    case (.integer(let integers), .uint8):
      let narrow: [UInt8] = try narrowed(integers, in: array, file: file)
      append(narrow, to: &data)
    case (.integer(let integers), .bool):
      if let position = integers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        throw .outOfRange(
          file: file, elementType: .bool, position: position, found: integers[position])
      }
      append(integers.map { UInt8(truncatingIfNeeded: $0) }, to: &data)
    default:
      throw .inconsistentArray(file: file, elementType: array.elementType)
    }
    return data
  }

  private static func append<Element: BitwiseCopyable>(_ elements: [Element], to data: inout Data) {
    elements.withUnsafeBytes { data.append(contentsOf: $0) }
  }

  private static func narrowed<Narrow: FixedWidthInteger>(
    _ integers: [Int], in array: TypedArray, file: String
  ) throws(NumPyError) -> [Narrow] {
    if let position = integers.firstIndex(where: { Narrow(exactly: $0) == nil }) {
      throw .outOfRange(
        file: file, elementType: array.elementType, position: position, found: integers[position])
    }
    return integers.map { Narrow(truncatingIfNeeded: $0) }
  }
}
