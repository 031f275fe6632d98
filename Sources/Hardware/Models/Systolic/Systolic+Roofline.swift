extension Systolic: RooflineDevice {
  /// A product a unit and cycle, whatever the bits: R · C · clock.
  public func peakMACsPerSecond(_ bits: LayerBits) -> Double {
    Double(rows) * Double(columns) * clock
  }

  /// What DRAM moves, both ways together.
  public var bandwidthBytesPerSecond: Double { Double(memory.dramBits) / 8 * clock }
}
