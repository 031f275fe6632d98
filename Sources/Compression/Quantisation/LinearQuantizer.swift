public import Networks
public import Tensors

/// Weights on equally spaced levels, symmetric around zero.
///
///     q(w) = s · clamp(round(w / s), −2^(b−1), 2^(b−1) − 1)
///
/// rounded half to even, with one scale s for a tensor or one for each output channel.
///
/// Source: HAQ (Wang et al. 2019), section 3.3. Differences: the lowest level −2^(b−1) is used too, and one
/// bit has the levels −s and s, where the reference code divides by zero.
public struct LinearQuantizer: Hashable, Sendable {
  /// The bits that weights can have.
  public static let bitRange = 1...8
  /// The levels.
  public let levels: QuantizationLevels
  /// Whether each output channel has its own scale.
  public let granularity: LayerQuantization.Granularity
  /// How the scales are chosen.
  public let clip: ClipMethod

  /// A quantiser.
  ///
  /// - Throws: `CompressionError.setting` when `bits` is not in `bitRange`.
  public init(
    bits: Int, granularity: LayerQuantization.Granularity = .channel,
    clip: ClipMethod = .meanCubedError
  ) throws(CompressionError) {
    guard Self.bitRange.contains(bits), let levels = QuantizationLevels(bits: bits, isSigned: true)
    else {
      throw .setting(name: "bits of weights", expected: "1 to 8", found: "\(bits)")
    }
    self.levels = levels
    self.granularity = granularity
    self.clip = clip
  }

  /// The scales for a tensor: one, or one for each index of `axis`; 0 where all weights are 0.
  public func scales(of weights: Tensor, axis: Int = 0) -> [Float] {
    guard granularity == .channel, axis >= 0, axis < weights.shape.rank, weights.count > 0 else {
      return [Float(SortedValues(weights.scalars).scale(levels, clip))]
    }
    let (channels, run) = (weights.shape[axis], weights.shape.strides[axis])
    return (0..<channels).map { channel in
      let own = stride(from: channel * run, to: weights.count, by: channels * run).lazy.flatMap {
        weights.scalars[$0..<$0 + run]
      }
      return Float(SortedValues(Array(own)).scale(levels, clip))
    }
  }

  /// The weights on the levels nearest to them.
  public func quantize(_ weights: Tensor, axis: Int = 0) -> Tensor {
    levels.quantize(weights, scales: scales(of: weights, axis: axis), axis: axis)
  }
}
