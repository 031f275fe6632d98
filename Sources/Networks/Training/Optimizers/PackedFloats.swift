import Foundation

/// Floats that are coded as their bytes: exact, small and fast where a state holds many of them.
///
/// Coded as one `Data`, little-endian; JSON writes that in base 64.
public struct PackedFloats: Codable, Equatable, Sendable {
  /// The floats.
  public var values: [Float]

  /// Floats to be coded.
  public init(_ values: [Float]) {
    self.values = values
  }

  /// So many zeros.
  static func zeros(_ count: Int) -> PackedFloats {
    PackedFloats([Float](repeating: 0, count: count))
  }

  /// Floats read from memory.
  public init(_ buffer: UnsafeMutableBufferPointer<Float>) {
    values = Array(buffer)
  }

  /// Reads the bytes.
  ///
  /// - Throws: `DecodingError.dataCorrupted` when their number is no multiple of four.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let data = try container.decode(Data.self)
    guard data.count % 4 == 0 else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(data.count) bytes are no whole number of floats")
    }
    var values = [Float](repeating: 0, count: data.count / 4)
    values.withUnsafeMutableBytes { _ = data.copyBytes(to: $0) }
    self.values = values.map { Float(bitPattern: UInt32(littleEndian: $0.bitPattern)) }
  }

  /// Writes the bytes.
  public func encode(to encoder: any Encoder) throws {
    let bits = values.map(\.bitPattern.littleEndian)
    var container = encoder.singleValueContainer()
    try container.encode(bits.withUnsafeBytes { Data($0) })
  }
}
