public import Units

/// The bits of a layer's weights and of the activations that it reads.
public struct LayerBits: Hashable, Sendable {
  /// Bits of a weight.
  public let weights: BitWidth
  /// Bits of an activation that comes in.
  public let activations: BitWidth

  /// The bits of a layer.
  public init(weights: BitWidth, activations: BitWidth) {
    self.weights = weights
    self.activations = activations
  }

  /// As many bits for both.
  public init(_ bits: Int) { self.init(weights: BitWidth(bits), activations: BitWidth(bits)) }
}

extension LayerBits: CustomStringConvertible {
  /// Weights and activations, for example `4/8`.
  public var description: String { "\(weights.value)/\(activations.value)" }
}
