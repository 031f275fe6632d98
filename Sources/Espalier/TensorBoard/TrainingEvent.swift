/// One event: what one episode came to, as TensorBoard reads it.
///
/// Messages `Event`, `Summary` and `HistogramProto` of TensorFlow's `event.proto` and `summary.proto`.
struct TrainingEvent {
  /// The time of day that viewers sort by: seconds since 1970.
  var time: Double
  /// The episode.
  var step: Int
  /// Numbers by tag.
  var scalars: [(tag: String, value: Double)] = []
  /// Values whose spread counts, by tag.
  var histograms: [(tag: String, values: [Double])] = []

  /// The first event of every file.
  static func version(time: Double) -> [UInt8] {
    var event = ProtobufWriter()
    event.add(1, double: time)
    event.add(3, text: "brain.Event:2")
    return event.bytes
  }

  /// The message; numbers that are not finite are left out.
  var bytes: [UInt8] {
    var summary = ProtobufWriter()
    for (tag, value) in scalars where value.isFinite {
      var entry = ProtobufWriter()
      entry.add(1, text: tag)
      entry.add(2, float: Float(value))
      summary.add(1, message: entry)
    }
    for (tag, values) in histograms {
      guard let histogram = Self.histogram(values.filter(\.isFinite)) else { continue }
      var entry = ProtobufWriter()
      entry.add(1, text: tag)
      entry.add(5, message: histogram)
      summary.add(1, message: entry)
    }
    var event = ProtobufWriter()
    event.add(1, double: time)
    event.add(2, integer: step)
    event.add(5, message: summary)
    return event.bytes
  }

  /// Thirty even buckets from the least to the most; nil without values.
  private static func histogram(_ values: [Double]) -> ProtobufWriter? {
    guard let least = values.min(), let most = values.max() else { return nil }
    let count = most > least ? 30 : 1
    let width = (most - least) / Double(count)
    var buckets = [Double](repeating: 0, count: count)
    for value in values {
      buckets[width > 0 ? min(count - 1, Int((value - least) / width)) : 0] += 1
    }
    let limits = (1...count).map { $0 == count ? most : least + Double($0) * width }
    var message = ProtobufWriter()
    message.add(1, double: least)
    message.add(2, double: most)
    message.add(3, double: Double(values.count))
    message.add(4, double: values.reduce(0, +))
    message.add(5, double: values.reduce(0) { $0 + $1 * $1 })
    message.add(6, packed: limits)
    message.add(7, packed: buckets)
    return message
  }

  /// The step of a message that this type wrote; nil for the first of a file and for others' messages.
  static func step(of message: ArraySlice<UInt8>) -> Int? {
    // Field 1, a double, then field 2, a varint.
    let rest = message.dropFirst(9)
    guard message.first == 0x09, rest.first == 0x10 else { return nil }
    var (value, shift) = (UInt64(0), UInt64(0))
    for byte in rest.dropFirst() {
      guard shift < 63 else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { return Int(exactly: value) }
    }
    return nil
  }
}
