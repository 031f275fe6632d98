extension BISMO: RooflineDevice {
  /// A product of w and a bits is w · a binary ones: D_m · D_n · D_k · clock / (w · a).
  public func peakMACsPerSecond(_ bits: LayerBits) -> Double {
    overlay.peakBinaryOperations(clock: clock) / 2 / bits.binaryProducts
  }

  /// What the port moves: operands come in while results go out, each at its full width.
  public var bandwidthBytesPerSecond: Double { 2 * Double(portBits) / 8 * clock }
}
