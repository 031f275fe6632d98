/// What quantisation does to one layer.
public struct LayerQuantization: Hashable, Sendable {
  /// The number of bits that stands for values left as 32-bit floats.
  public static let untouched = 32

  /// How a layer's weights are quantised.
  public enum Quantizer: String, Hashable, Sendable, CaseIterable {
    /// Equally spaced levels: `LinearQuantizer`.
    case linear
    /// Shared values: `KMeansQuantizer`.
    case kMeans = "kmeans"
  }

  /// What shares a scale.
  public enum Granularity: String, Hashable, Sendable, CaseIterable {
    /// All weights of a layer.
    case tensor
    /// The weights of one output channel.
    case channel
  }

  /// The name of the layer's node.
  public var layer: String
  /// The bits of a weight: 1 to 8, or 32 for weights left as they are.
  public var weightBits: Int
  /// The bits of an element of the layer's input: 1 to 8, or 32 for an input left as it is.
  public var activationBits: Int
  /// How weights are quantised.
  public var quantizer: Quantizer
  /// What shares a scale; k-means shares its values over the layer.
  public var granularity: Granularity

  /// What is done to a layer.
  public init(
    layer: String, weightBits: Int, activationBits: Int = untouched,
    quantizer: Quantizer = .linear, granularity: Granularity = .channel
  ) {
    self.layer = layer
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.quantizer = quantizer
    self.granularity = granularity
  }

  /// Makes sure that the bits are possible.
  ///
  /// - Throws: `CompressionError.setting` that names the layer.
  public func validate() throws(CompressionError) {
    for (bits, what) in [(weightBits, "weights"), (activationBits, "activations")] {
      guard bits == Self.untouched || LinearQuantizer.bitRange.contains(bits) else {
        throw .setting(
          name: "bits of \(what) of layer '\(layer)'", expected: "1 to 8, or 32 for untouched",
          found: "\(bits)")
      }
    }
  }

  /// ⌈count · bits / 8⌉.
  static func packedBytes(count: Int, bits: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: bits)
    guard !overflow else { return Int.max }
    return product / 8 + (product % 8 > 0 ? 1 : 0)
  }
}
