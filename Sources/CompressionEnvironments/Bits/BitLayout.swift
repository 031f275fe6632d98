public import Compression

/// Which layers' bits are decided, in which order, and what the others are pinned to.
public struct BitLayout: Sendable {
  /// The quantised layers, in graph order.
  public let layers: [QuantizableLayer]
  /// Which bits there are and what is pinned.
  public let rules: BitRules
  /// The layer, by its number, and the operand of each decision.
  public let places: [(layer: Int, operand: Operand)]

  /// A layout.
  ///
  /// - Throws: `CompressionError.nothingToPrune` when every layer is pinned.
  init(_ layers: [QuantizableLayer], rules: BitRules) throws(CompressionError) {
    self.layers = layers
    self.rules = rules
    let operands: [Operand] =
      rules.quantizer == .kMeans ? [.weights] : [.weights, .activations]
    places = layers.indices
      .filter { rules.pin(of: $0, among: layers.count) == nil }
      .flatMap { number in operands.map { (number, $0) } }
    guard !places.isEmpty else {
      throw .nothingToPrune(
        "the network has \(layers.count) layers with weights, and the first and the last are pinned"
      )
    }
  }

  /// The bits that an operand may have, rising.
  func bits(of operand: Operand) -> [Int] {
    operand == .weights ? rules.weightBits : rules.activationBits
  }

  /// One decision for each place.
  func decisions(_ features: [LayerFeatures]) -> [Decision] {
    places.map { layer, operand in
      Decision(
        layer: layers[layer].name, choices: .listed(bits(of: operand)), features: features[layer])
    }
  }

  /// What a choice of bits makes of every layer, pinned ones too.
  func quantizations(_ choices: some Collection<Int>) -> [LayerQuantization] {
    var quantizations = layers.indices.map { number in
      let pin = rules.pin(of: number, among: layers.count) ?? 8
      return LayerQuantization(
        layer: layers[number].name, weightBits: pin,
        activationBits: rules.quantizer == .kMeans ? LayerQuantization.untouched : pin,
        quantizer: rules.quantizer, granularity: rules.granularity)
    }
    for (place, bits) in zip(places, choices) {
      switch place.operand {
      case .activations: quantizations[place.layer].activationBits = bits
      case .weights, .channels: quantizations[place.layer].weightBits = bits
      }
    }
    return quantizations
  }

  /// What some bits make of the layer of one decision alone.
  func quantization(of decision: Int, bits: Int) -> LayerQuantization {
    let (layer, operand) = places[decision]
    let untouched = LayerQuantization.untouched
    return LayerQuantization(
      layer: layers[layer].name, weightBits: operand == .weights ? bits : untouched,
      activationBits: operand == .weights ? untouched : bits, quantizer: rules.quantizer,
      granularity: rules.granularity)
  }

  /// The choices with as many bits everywhere, or the nearest that there are, of two as near the larger.
  func uniform(_ wanted: Int) -> [Int] {
    places.map { _, operand in
      bits(of: operand).reversed().min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
    }
  }

  /// The bits whose effect is worth measuring: 8 are taken to change nothing that matters.
  func probes(of decision: Int) -> [Int] { bits(of: places[decision].operand).filter { $0 < 8 } }
}

extension QuantizedCosts {
  /// Makes sure that the device can say what every layer costs at every pair of bits it can take.
  ///
  /// - Throws: as `check(_:)`.
  func check(_ layout: BitLayout) throws {
    guard layout.rules.quantizer != .kMeans else { return }
    for weights in layout.rules.weightBits {
      for activations in layout.rules.activationBits {
        try check(
          layout.quantizations(layout.places.map { $0.operand == .weights ? weights : activations })
        )
      }
    }
  }
}
