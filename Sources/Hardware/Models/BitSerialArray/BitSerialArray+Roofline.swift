extension BitSerialArray: RooflineDevice {
  /// A product of w and a bits is w · a binary ones: rows · columns · depth · clock / (w · a).
  public func peakMACsPerSecond(_ bits: LayerBits) -> Double {
    overlay.peakBinaryOperations(clock: clock) / 2 / bits.binaryProducts
  }

  /// What a vector of weights, one of activations and one of results carry at a time, `depth` bits each.
  public var bandwidthBytesPerSecond: Double { 3 * Double(depth) / 8 * clock }
}
