extension Roofline: RooflineDevice {
  /// Half the operations of the format in which the bits are computed; 0 for bits that none holds.
  public func peakMACsPerSecond(_ bits: LayerBits) -> Double {
    (types.format(for: bits)?.peak ?? 0) / 2
  }

  /// The memory's nominal rate, which layers reach a share of.
  public var bandwidthBytesPerSecond: Double { bandwidth }
}
