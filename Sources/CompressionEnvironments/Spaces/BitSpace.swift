public import Compression
public import Networks

/// Bits: those of each layer's weights and of the activations it reads.
///
/// Source: Wang et al. 2019, HAQ (arXiv 1811.08886), section 3.
///
/// Two decisions a layer, weights first; one where weights are shared by k-means and activations stay
/// floats. The first and the last layer are pinned. Cost counts every quantised layer, pinned ones too;
/// the reference that budgets are parts of is the network at 8/8.
public final class BitSpace: OperandSpace {
  /// The decisions in graph order.
  public let decisions: [Decision]
  /// What each decision is about.
  public let operands: [Operand]
  /// `bits`.
  public let choiceName = "bits"
  /// What is counted.
  public var quantities: [CostQuantity] { costs.quantities }
  /// Which bits of which layers.
  public let layout: BitLayout

  private let candidates: QuantizedCandidates
  private let costs: QuantizedCosts

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
    layout = try BitLayout(candidates.layers, rules: rules)
    let features = try candidates.features()
    decisions = layout.decisions(features)
    operands = layout.places.map(\.operand)
    try costs.check(layout)
  }

  /// What a choice of bits makes of every quantised layer, pinned ones too.
  public func quantizations(_ choices: [Int]) -> [LayerQuantization] {
    layout.quantizations(choices)
  }

  /// The choices with as many bits everywhere, or the nearest that there are.
  public func uniform(_ bits: Int) -> [Int] { layout.uniform(bits) }

  /// The cost at 8/8: what budgets are parts of.
  public var originalCost: NetworkCost { cost(uniform(8)) }

  /// The cost of a candidate.
  public func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    costs.cost(of: quantizations(choices), in: quantity)
  }

  /// The quantised network.
  public func network(_ choices: [Int]) throws -> Graph {
    try candidates.network(quantizations(choices))
  }

  /// Every number of bits below 8.
  public func probes(of decision: Int) -> [Int] { layout.probes(of: decision) }

  /// The network with one operand of one layer quantised.
  public func network(deciding decision: Int, as choice: Int) throws -> Graph {
    try candidates.network([layout.quantization(of: decision, bits: choice)])
  }
}
