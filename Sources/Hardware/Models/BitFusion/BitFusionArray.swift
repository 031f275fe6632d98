/// The counts that say how large a Bit Fusion accelerator is.
struct BitFusionArray: Sendable {
  /// Rows of fusion units, along which input channels lie.
  let rows: Int
  /// Columns of fusion units, along which output channels lie.
  let columns: Int
  /// Bits of an operand that takes a fusion unit whole.
  let maximumBits: Int
  /// Bits below which a fusion unit does not divide further.
  let minimumBits: Int
  /// Bits of a partial sum.
  let outputBits: Int
  /// Bits that the DRAM interface moves in a cycle, one way or the other.
  let dramBits: Int
  /// Half of each buffer, in bits: the other half is being filled meanwhile.
  let halves: BitFusionTensors

  /// The products that one fusion unit forms in a cycle:
  /// ⌊max / max(activation, min)⌋ · ⌊max / max(weight, min)⌋ (published simulator, accelerator.py).
  func productsPerUnit(activationBits: Int, weightBits: Int) -> Int {
    maximumBits / max(activationBits, minimumBits) * (maximumBits / max(weightBits, minimumBits))
  }
}

/// Something in bits for each of the three tensors of a layer.
struct BitFusionTensors: Equatable, Sendable {
  /// Of the weights.
  var weights: Int
  /// Of the activations that come in.
  var inputs: Int
  /// Of the partial sums.
  var outputs: Int
}
