import Foundation
import Tensors

/// The header of a `.npy` file: element type, order and shape.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`.
public struct NumPyHeader: Equatable, Sendable {
  /// The type of the elements.
  public let elementType: ElementType
  /// Whether the first axis, not the last, varies fastest in the file.
  public let isFortranOrder: Bool
  /// The extents; their product and the number of bytes fit an `Int`.
  public let shape: Shape

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The number of bytes that the elements take.
  var byteCount: Int { shape.count * elementType.byteWidth }

  /// The header of some bytes, and where the elements begin in them.
  static func parse(
    _ bytes: [UInt8], file: String
  ) throws(NumPyError) -> (header: NumPyHeader, offset: Int) {
    guard bytes.starts(with: magic) else { throw .badMagic(file: file) }
    guard bytes.count >= 8 else {
      throw .truncatedHeader(file: file, expected: 10, found: bytes.count)
    }
    let (major, minor) = (Int(bytes[6]), Int(bytes[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw .unsupportedVersion(file: file, major: major, minor: minor)
    }
    let lengthWidth = major == 1 ? 2 : 4
    let start = 8 + lengthWidth
    guard bytes.count >= start else {
      throw .truncatedHeader(file: file, expected: start, found: bytes.count)
    }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count >= start + length else {
      throw .truncatedHeader(file: file, expected: start + length, found: bytes.count)
    }
    guard let text = String(bytes: bytes[start..<start + length], encoding: .utf8) else {
      throw .badHeader(file: file, reason: "it is not text")
    }
    return (try header(text, file: file), start + length)
  }

  /// The header that a dictionary says.
  private static func header(_ text: String, file: String) throws(NumPyError) -> NumPyHeader {
    var parser = PythonLiteralParser(text)
    let entries: [String: PythonLiteral]
    do {
      entries = try parser.dictionary()
    } catch {
      throw .badHeader(file: file, reason: error.description)
    }
    for key in entries.keys.sorted() where !["descr", "fortran_order", "shape"].contains(key) {
      throw .badHeader(file: file, reason: "unknown key \(key)")
    }
    guard case .truth(let isFortranOrder)? = entries["fortran_order"] else {
      throw .badHeader(file: file, reason: "fortran_order should be True or False")
    }
    guard case .tuple(let extents)? = entries["shape"] else {
      throw .badHeader(file: file, reason: "shape should be a tuple of integers")
    }
    guard let descriptor = entries["descr"] else {
      throw .badHeader(file: file, reason: "descr is missing")
    }
    let type = try elementType(descriptor, file: file)
    return NumPyHeader(
      elementType: type, isFortranOrder: isFortranOrder,
      shape: try shape(extents, byteWidth: type.byteWidth, file: file))
  }

  private static func elementType(
    _ descriptor: PythonLiteral, file: String
  ) throws(NumPyError) -> ElementType {
    guard case .string(let code) = descriptor else {
      throw .unsupportedType(file: file, descriptor: "a record of several fields")
    }
    if let type = ElementType.allCases.first(where: { $0.numPyDescriptor == code && !$0.isPacked })
    {
      return type
    }
    if code.hasPrefix(">") { throw .bigEndian(file: file, descriptor: code) }
    throw .unsupportedType(file: file, descriptor: code)
  }

  /// The shape, when its size can be computed: empty axes do not excuse absurd other ones, because
  /// strides are products too.
  private static func shape(
    _ extents: [Int], byteWidth: Int, file: String
  ) throws(NumPyError) -> Shape {
    var bytes = byteWidth
    for extent in extents {
      guard extent >= 0 else {
        throw .badHeader(file: file, reason: "shape has the negative extent \(extent)")
      }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else {
        throw .shapeTooLarge(file: file, shape: Shape(extents).description)
      }
      bytes = product
    }
    return Shape(extents)
  }

  /// The header as NumPy itself writes it, up to the first element.
  func encoded() -> [UInt8] {
    let extents = shape.extents.map(String.init)
    let tuple = extents.count == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
    let order = isFortranOrder ? "True" : "False"
    var text =
      "{'descr': '\(elementType.numPyDescriptor)', 'fortran_order': \(order), 'shape': \(tuple), }"
    // NumPy leaves room for the growing axis to reach 21 digits without moving the elements.
    if let growing = isFortranOrder ? extents.last : extents.first {
      text += String(repeating: " ", count: max(0, 21 - growing.utf8.count))
    }
    let fitsVersion1 = text.utf8.count + 1 + 64 <= 0xFFFF
    let prefix = fitsVersion1 ? 10 : 12
    let padding = (64 - (prefix + text.utf8.count + 1) % 64) % 64
    text += String(repeating: " ", count: padding) + "\n"
    let length = text.utf8.count
    let lengthBytes = (0..<(prefix - 8)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return Self.magic + [fitsVersion1 ? 1 : 2, 0] + lengthBytes + Array(text.utf8)
  }
}

extension ElementType {
  /// The number of bytes of one element in a file.
  var byteWidth: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .int8, .uint8, .bool, .int4, .uint4: 1
    }
  }

  /// NumPy's `dtype.str` on a little-endian machine.
  var numPyDescriptor: String {
    switch self {
    case .float32: "<f4"
    case .float64: "<f8"
    case .int64: "<i8"
    case .int32: "<i4"
    case .int8: "|i1"
    case .uint8: "|u1"
    case .bool: "|b1"
    // NumPy has no such types, and reads none of ours under these names.
    case .int4: "int4"
    case .uint4: "uint4"
    }
  }
}
