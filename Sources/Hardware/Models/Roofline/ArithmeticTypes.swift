/// The number formats that a processor computes in, each with its peak and the share of it that layers reach.
///
/// Bits that the processor lacks are computed in the next format that holds both sides: three-bit weights and
/// eight-bit activations in eight bits.
struct ArithmeticTypes: Equatable {
  /// One format.
  struct Format: Equatable {
    let bits: Int
    let peak: Double
    let efficiency: Double
    let depthwiseEfficiency: Double
  }

  /// By rising bits.
  let formats: [Format]

  /// Formats with a device's constants `computeBits` and, for each of them, `peakN` (operations a second),
  /// `efficiencyN` and `depthwiseEfficiencyN` (shares of the peak).
  ///
  /// - Throws: `HardwareError.constant`, also where fewer bits would reach less than more bits.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    var formats: [Format] = []
    for bits in try reader.bits("computeBits") {
      let format = Format(
        bits: bits, peak: try reader.number("peak\(bits)"),
        efficiency: try reader.share("efficiency\(bits)"),
        depthwiseEfficiency: try reader.share("depthwiseEfficiency\(bits)"))
      if let last = formats.last {
        for (name, fewer, more) in [
          ("peak", last.peak, format.peak),
          ("efficiency", last.reached, format.reached),
          ("depthwiseEfficiency", last.reachedDepthwise, format.reachedDepthwise),
        ] where fewer < more {
          throw .constant(
            device: reader.device.name, name: "\(name)\(bits)",
            expected: "no more operations a second than with \(last.bits) bits",
            found: "\(more) against \(fewer)")
        }
      }
      formats.append(format)
    }
    self.formats = formats
  }

  /// The format in which a layer is computed: the first that holds both sides.
  func format(for bits: LayerBits) -> Format? {
    formats.first { $0.bits >= max(bits.weights.value, bits.activations.value) }
  }
}

extension ArithmeticTypes.Format {
  /// Operations a second that layers reach.
  var reached: Double { peak * efficiency }

  /// Operations a second that depthwise layers reach.
  var reachedDepthwise: Double { peak * depthwiseEfficiency }
}

extension DeviceReader {
  /// A constant that is a share: above 0 and at most 1.
  ///
  /// - Throws: `HardwareError.constant` when it is missing or out of range.
  mutating func share(_ name: String) throws(HardwareError) -> Double {
    let value = try number(name)
    guard value <= 1 else {
      throw .constant(
        device: device.name, name: name, expected: "a share above 0 and at most 1",
        found: "\(value)")
    }
    return value
  }
}
