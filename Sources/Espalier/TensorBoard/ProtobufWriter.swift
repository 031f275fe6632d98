/// The few kinds of fields of Protocol Buffers that events are made of.
///
/// Source: Protocol Buffers, "Encoding": a field is its number · 8 + wire type, then its bytes.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// A whole number, not negative.
  mutating func add(_ field: Int, integer value: Int) {
    append(varint: UInt64(field) << 3)
    append(varint: UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, double value: Double) {
    append(varint: UInt64(field) << 3 | 1)
    append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: Int, float value: Float) {
    append(varint: UInt64(field) << 3 | 5)
    append(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: Int, text: String) { add(field, bytes: Array(text.utf8)) }

  mutating func add(_ field: Int, message: ProtobufWriter) { add(field, bytes: message.bytes) }

  /// Numbers without a tag each.
  mutating func add(_ field: Int, packed values: [Double]) {
    var inner = ProtobufWriter()
    for value in values { inner.append(littleEndian: value.bitPattern) }
    add(field, message: inner)
  }

  private mutating func add(_ field: Int, bytes content: [UInt8]) {
    append(varint: UInt64(field) << 3 | 2)
    append(varint: UInt64(content.count))
    bytes += content
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(littleEndian value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
