internal import Foundation

/// A NumPy array of int64, float32 or float64 in C order, as numbers.
///
/// Format: numpy.lib.format, versions 1 to 3. Everything else is refused; `Interchange` reads more, and a
/// cost model stands on nothing but `Units`.
struct NumberArray: Equatable {
  /// The extents.
  let shape: [Int]
  /// The elements, the last index running fastest; an int64 beyond 2⁵³ is rounded.
  let elements: [Double]

  /// The most elements.
  static let mostElements = 1 << 26

  /// Reads a file's bytes.
  ///
  /// - Throws: `HardwareError.file` with what is not such an array.
  init(npy data: Data, file: String) throws(HardwareError) {
    let bytes = [UInt8](data)
    func failure(_ place: String, _ expected: String, _ found: String) -> HardwareError {
      .file(name: file, place: place, expected: expected, found: found)
    }
    guard bytes.count >= 12, Array(bytes[0..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw failure("the first bytes", "those of a NumPy array", "others")
    }
    guard (1...3).contains(bytes[6]) else {
      throw failure("the version", "1, 2 or 3", "\(bytes[6])")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    let length = Self.littleEndian(bytes[8..<(8 + lengthBytes)])
    let start = 8 + lengthBytes + Int(length)
    guard start <= bytes.count else {
      throw failure("the header", "\(length) bytes", "the file's end")
    }
    let header = String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self)
    guard let type = Self.value("descr", in: header)?.firstMatch(of: /^'(<i8|<f4|<f8)'/)?.1 else {
      throw failure("the type", "'<i8', '<f4' or '<f8'", "header \(header)")
    }
    guard let order = Self.value("fortran_order", in: header), order.hasPrefix("False") else {
      throw failure("the order", "C order", "header \(header)")
    }
    guard let extents = Self.value("shape", in: header)?.firstMatch(of: /^\(([0-9, ]*)\)/)?.1 else {
      throw failure("the shape", "extents", "header \(header)")
    }
    let parts = extents.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    shape = parts.compactMap { Int($0) }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.mostElements else {
        throw failure("the shape", "at most \(Self.mostElements) elements", "\(extents)")
      }
      count = product
    }
    let width = type == "<f4" ? 4 : 8
    guard shape.count == parts.count, bytes.count - start == count * width else {
      throw failure("the elements", "\(count * width) bytes", "\(bytes.count - start)")
    }
    elements = (0..<count).map { index in
      let first = start + index * width
      let word = Self.littleEndian(bytes[first..<(first + width)])
      return switch type {
      case "<i8": Double(Int64(bitPattern: word))
      case "<f4": Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
      default: Double(bitPattern: word)
      }
    }
  }

  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// What follows a key of the header's dictionary.
  private static func value(_ key: String, in header: String) -> Substring? {
    guard let range = header.range(of: "'\(key)':") else { return nil }
    return header[range.upperBound...].drop { $0 == " " }
  }
}
