/// The framing of event files: length, its check, the bytes, their check.
///
/// Source: TensorFlow, "TFRecord and tf.train.Example", section on the file format.
enum EventRecord {
  /// A record around some bytes.
  static func framed(_ content: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(content.count))
    return length + littleEndian(CRC32C.masked(length)) + content
      + littleEndian(CRC32C.masked(content))
  }

  /// The whole records at the beginning of a file, and where the last of them ends: a torn or damaged record
  /// and what follows does not count.
  static func whole(in bytes: [UInt8]) -> (records: [ArraySlice<UInt8>], end: Int) {
    var records: [ArraySlice<UInt8>] = []
    var end = 0
    while bytes.count - end >= 16 {
      let length = bytes[end..<(end + 8)]
      guard number(bytes[(end + 8)..<(end + 12)]) == UInt64(CRC32C.masked(length)),
        let count = Int(exactly: number(length)), count <= bytes.count - end - 16
      else { break }
      let start = end + 12
      let content = bytes[start..<(start + count)]
      let check = bytes[(start + count)..<(start + count + 4)]
      guard number(check) == UInt64(CRC32C.masked(content)) else { break }
      records.append(content)
      end = start + count + 4
    }
    return (records, end)
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
