/// What quantised layers cost: the bytes of their weights and the bit operations of a pass.
///
/// Bytes of linear weights are ⌈n·w / 8⌉ and those of shared values ⌈n·w / 8⌉ + 4 · 2^w for n weights of w
/// bits; bit operations are MACs·w·a for activations of a bits, with 32 for what is untouched. Biases,
/// normalisations and the scales of linear quantisers are not counted.
public struct QuantizedCost: Hashable, Sendable {
  /// A layer's part.
  public struct Layer: Hashable, Sendable {
    /// The layer's name.
    public let name: String
    /// The bytes of its weights, a codebook included.
    public let weightBytes: Int
    /// MACs·w·a for one example.
    public let bitOperations: Int
  }

  /// The layers in the order of the network.
  public let layers: [Layer]
  /// The bytes of all layers' weights.
  public let weightBytes: Int
  /// The bit operations of all layers for one example.
  public let bitOperations: Int

  /// The cost of layers under some choices; those that are not named are untouched.
  public init(_ layers: [QuantizableLayer], _ choices: [LayerQuantization]) {
    let chosen = Dictionary(choices.map { ($0.layer, $0) }) { first, _ in first }
    self.layers = layers.map { layer in
      let choice =
        chosen[layer.name]
        ?? LayerQuantization(layer: layer.name, weightBits: LayerQuantization.untouched)
      return Layer(
        name: layer.name,
        weightBytes: Self.weightBytes(
          count: layer.weightShape.count, bits: choice.weightBits, choice.quantizer),
        bitOperations: Self.bitOperations(macs: layer.macs, choice))
    }
    weightBytes = self.layers.reduce(0) { Self.sum($0, $1.weightBytes) }
    bitOperations = self.layers.reduce(0) { Self.sum($0, $1.bitOperations) }
  }

  /// MACs·w·a, the largest number where no number holds it.
  public static func bitOperations(macs: Int, _ choice: LayerQuantization) -> Int {
    product(macs, product(choice.weightBits, choice.activationBits))
  }

  /// The bytes of some weights of some bits, with a codebook where values are shared.
  public static func weightBytes(
    count: Int, bits: Int, _ quantizer: LayerQuantization.Quantizer
  ) -> Int {
    quantizer == .kMeans && bits != LayerQuantization.untouched
      ? KMeansQuantizer.byteCount(weights: count, bits: bits)
      : LayerQuantization.packedBytes(count: count, bits: bits)
  }

  // Bits are the caller's: what no number holds is the largest one.
  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? Int.max : product
  }

  /// The sum, the largest number where no number holds it.
  public static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? Int.max : sum
  }
}
