extension BitFusion: RooflineDevice {
  /// Every unit forms its products in every cycle: N · M · products a unit · clock.
  public func peakMACsPerSecond(_ bits: LayerBits) -> Double {
    let products = array.productsPerUnit(
      activationBits: bits.activations.value, weightBits: bits.weights.value)
    return Double(array.rows) * Double(array.columns) * Double(products) * clock
  }

  /// What the DRAM interface moves, both ways together.
  public var bandwidthBytesPerSecond: Double { Double(array.dramBits) / 8 * clock }
}
