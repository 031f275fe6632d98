public import Compression
public import Networks

/// Bits: those of each layer's weights and of the activations it reads.
///
/// Source: Wang et al. 2019, HAQ (arXiv 1811.08886), section 3.
///
/// Two decisions a layer, weights first; one where weights are shared by k-means and activations stay
/// floats. The first and the last layer are pinned. Cost counts every quantised layer, pinned ones too;
/// the reference that budgets are parts of is the network at 8/8.
public final class BitSpace: SearchSpace {
  /// What one decision is about.
  public enum Operand: String, Sendable {
    /// The bits of a layer's weights.
    case weights
    /// The bits of the activations that a layer reads.
    case activations
  }

  /// The decisions in graph order.
  public let decisions: [Decision]
  /// What each decision is about.
  public let operands: [Operand]
  /// `bits`.
  public let choiceName = "bits"
  /// What is counted.
  public let quantities: [CostQuantity]
  /// The rules that the space was made by.
  public let rules: BitRules

  private let candidates: QuantizedCandidates
  private let costs: QuantizedCosts
  /// For each decision the number of its layer among the quantised ones.
  private let layerOf: [Int]

  /// The bits of a network.
  ///
  /// - Parameters:
  ///   - candidates: makes quantised networks.
  ///   - costs: says what they cost.
  ///   - rules: which bits there are and what is pinned.
  /// - Throws: `CompressionError.nothingToPrune` when every layer is pinned; what asking for costs throws.
  public init(
    _ candidates: QuantizedCandidates, costs: QuantizedCosts, rules: BitRules
  ) throws {
    self.candidates = candidates
    self.costs = costs
    self.rules = rules
    quantities = costs.quantities
    let layers = candidates.layers
    let searched = layers.indices.filter { rules.pin(of: $0, among: layers.count) == nil }
    guard !searched.isEmpty else {
      throw CompressionError.nothingToPrune(
        "the network has \(layers.count) layers with weights, and the first and the last are pinned"
      )
    }
    var decisions: [Decision] = []
    var operands: [Operand] = []
    var layerOf: [Int] = []
    let features = try candidates.features()
    for number in searched {
      let sides: [(Operand, [Int])] =
        rules.quantizer == .kMeans
        ? [(.weights, rules.weightBits)]
        : [(.weights, rules.weightBits), (.activations, rules.activationBits)]
      for (operand, bits) in sides {
        decisions.append(
          Decision(layer: layers[number].name, choices: .listed(bits), features: features[number]))
        operands.append(operand)
        layerOf.append(number)
      }
    }
    self.decisions = decisions
    self.operands = operands
    self.layerOf = layerOf
    try checkCosts()
  }

  /// Asks for every layer at every pair of bits that it can take.
  private func checkCosts() throws {
    let activationBits = rules.quantizer == .kMeans ? [8] : rules.activationBits
    for weights in rules.weightBits {
      for activations in activationBits {
        try costs.check(quantizations(operands.map { $0 == .weights ? weights : activations }))
      }
    }
  }

  /// The cost at 8/8: what budgets are parts of.
  public var originalCost: NetworkCost { cost(uniform(8)) }

  /// The cost in every quantity that is counted.
  public func cost(_ choices: [Int]) -> NetworkCost {
    NetworkCost { quantities.contains($0) ? cost(choices, in: $0) : nil }
  }

  /// What some bits make of the layer of one decision alone.
  func quantization(of decision: Int, bits: Int) -> LayerQuantization {
    let untouched = LayerQuantization.untouched
    let isWeights = operands[decision] == .weights
    return LayerQuantization(
      layer: decisions[decision].layer, weightBits: isWeights ? bits : untouched,
      activationBits: isWeights ? untouched : bits, quantizer: rules.quantizer,
      granularity: rules.granularity)
  }

  /// What a choice of bits makes of every quantised layer, pinned ones too.
  public func quantizations(_ choices: [Int]) -> [LayerQuantization] {
    let layers = candidates.layers
    var quantizations = layers.indices.map { number in
      let pin = rules.pin(of: number, among: layers.count) ?? 8
      return LayerQuantization(
        layer: layers[number].name, weightBits: pin,
        activationBits: rules.quantizer == .kMeans ? LayerQuantization.untouched : pin,
        quantizer: rules.quantizer, granularity: rules.granularity)
    }
    for (decision, bits) in choices.enumerated() {
      switch operands[decision] {
      case .weights: quantizations[layerOf[decision]].weightBits = bits
      case .activations: quantizations[layerOf[decision]].activationBits = bits
      }
    }
    return quantizations
  }

  /// The choices with as many bits everywhere, or the nearest that there are.
  public func uniform(_ bits: Int) -> [Int] {
    operands.map { rules.bits(nearest: bits, $0) }
  }

  /// The cost of a candidate.
  public func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    costs.cost(of: quantizations(choices), in: quantity)
  }

  /// The quantised network.
  public func network(_ choices: [Int]) throws -> Graph {
    try candidates.network(quantizations(choices))
  }
}
