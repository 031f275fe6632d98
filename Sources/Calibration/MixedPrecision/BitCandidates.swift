public import Compression

/// The bits that each layer may get.
public struct BitCandidates: Hashable, Sendable {
  /// The bits of weights.
  public let weights: [Int]
  /// The bits of inputs.
  public let activations: [Int]
  /// The layers whose bits are fixed, weights and input alike.
  public let pinned: [String: Int]

  /// Candidates in rising order.
  ///
  /// - Throws: `CompressionError.setting` for none, and for bits that there are not.
  public init(
    weights: [Int], activations: [Int], pinned: [String: Int] = [:]
  ) throws(CompressionError) {
    for (name, bits) in [
      ("weights", weights), ("activations", activations), ("pinned layers", Array(pinned.values)),
    ] {
      let wrong = bits.first {
        $0 != LayerQuantization.untouched && !LinearQuantizer.bitRange.contains($0)
      }
      if let wrong {
        throw .setting(
          name: "bits of \(name)", expected: "1 to 8, or 32 for untouched", found: "\(wrong)")
      }
    }
    guard !weights.isEmpty, !activations.isEmpty else {
      throw .setting(name: "candidates", expected: "at least one number of bits", found: "none")
    }
    self.weights = Set(weights).sorted()
    self.activations = Set(activations).sorted()
    self.pinned = pinned
  }

  /// What a layer may become, few bits first.
  public func quantizations(of layer: String) -> [LayerQuantization] {
    if let bits = pinned[layer] {
      return [LayerQuantization(layer: layer, weightBits: bits, activationBits: bits)]
    }
    return weights.flatMap { weights in
      activations.map {
        LayerQuantization(layer: layer, weightBits: weights, activationBits: $0)
      }
    }
  }

  /// The layer with as many bits as asked for where they are decided; pinned layers and an operand with one
  /// candidate keep theirs.
  public func uniform(_ bits: Int, of layer: String) -> LayerQuantization {
    if let pin = pinned[layer] {
      return LayerQuantization(layer: layer, weightBits: pin, activationBits: pin)
    }
    return LayerQuantization(
      layer: layer, weightBits: weights.count > 1 ? bits : weights[0],
      activationBits: activations.count > 1 ? bits : activations[0])
  }

  /// One operand of one layer at some bits, all else float.
  struct Probe {
    /// The number of the layer.
    let layer: Int
    let operand: BitSensitivities.Operand
    let bits: Int
    let quantization: LayerQuantization
  }

  /// What is measured: every operand of a layer with more than one candidate at each of them.
  func probes(of layers: [String]) -> [Probe] {
    layers.enumerated().filter { pinned[$1] == nil }.flatMap { number, layer in
      let own = weights.count > 1 ? weights : []
      let inputs = activations.count > 1 ? activations : []
      return own.filter { $0 != LayerQuantization.untouched }.map {
        Probe(
          layer: number, operand: .weights, bits: $0,
          quantization: LayerQuantization(layer: layer, weightBits: $0))
      }
        + inputs.filter { $0 != LayerQuantization.untouched }.map {
          Probe(
            layer: number, operand: .activations, bits: $0,
            quantization: LayerQuantization(
              layer: layer, weightBits: LayerQuantization.untouched, activationBits: $0))
        }
    }
  }
}
