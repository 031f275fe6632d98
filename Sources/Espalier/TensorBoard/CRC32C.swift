/// The cyclic redundancy check that event files carry.
///
/// Polynomial 0x1EDC6F41 (Castagnoli), reflected; source: RFC 3720, appendix B.4.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? (rest >> 1) ^ 0x82F6_3B78 : rest >> 1
    }
  }

  /// The check of some bytes.
  static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { check, byte in
      table[Int(UInt8(truncatingIfNeeded: check) ^ byte)] ^ (check >> 8)
    }
  }

  /// The check as records store it: turned right by 15 bits, and a constant added, so that a record of a record
  /// does not check itself.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let check = of(bytes)
    return ((check >> 15) | (check << 17)) &+ 0xA282_EAD8
  }
}
