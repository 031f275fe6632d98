public import Compression

/// Which bits a search decides among, and which layers it leaves alone.
public struct BitRules: Equatable, Sendable {
  /// How weights are quantised.
  public var quantizer: LayerQuantization.Quantizer
  /// What shares a scale of linear weights.
  public var granularity: LayerQuantization.Granularity
  /// The bits that weights may have, rising.
  public var weightBits: [Int]
  /// The bits that activations may have, rising.
  public var activationBits: [Int]
  /// The bits of the first layer, which reads the images; nil decides about it like any other.
  public var firstBits: Int?
  /// The bits of the last layer, which makes the scores; nil decides about it like any other.
  public var lastBits: Int?

  /// Rules; the defaults are HAQ's for linear quantisation, with the pins always in force.
  public init(
    quantizer: LayerQuantization.Quantizer = .linear,
    granularity: LayerQuantization.Granularity = .channel, weightBits: [Int] = Array(2...8),
    activationBits: [Int] = Array(2...8), firstBits: Int? = 8, lastBits: Int? = 8
  ) {
    self.quantizer = quantizer
    self.granularity = granularity
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.firstBits = firstBits
    self.lastBits = lastBits
  }

  /// The bits that a layer is pinned to; nil where they are decided.
  func pin(of number: Int, among count: Int) -> Int? {
    if number == 0, let firstBits { return firstBits }
    if number == count - 1, let lastBits { return lastBits }
    return nil
  }
}
