public import Compression
public import Networks

/// Channels and bits at once: for each layer how many input channels stay, the bits of its weights and of
/// the activations it reads, in one candidate and under one budget.
///
/// A group's channels are decided where a layer reads them first. A candidate is cut and made up for as AMC
/// does it, then its ranges are gathered anew and it is quantised.
public final class JointSpace: OperandSpace {
  /// The decisions in graph order: channels, weights, activations of each layer.
  public let decisions: [Decision]
  /// What each decision is about.
  public let operands: [Operand]
  /// `choices`.
  public let choiceName = "choices"
  /// What is counted.
  public var quantities: [CostQuantity] { costs.quantities }
  /// The channels.
  public let channels: ChannelSpace
  /// The bits.
  public let layout: BitLayout

  private let costs: QuantizedCosts
  private let quantize: (Graph) throws -> QuantizedCandidates
  private let whole: QuantizedCandidates
  /// For each decision its number among those about channels, or among those about bits.
  private let numbers: [Int]
  /// The candidates of the widths asked for last.
  private var last: (widths: [Int], candidates: QuantizedCandidates)?

  /// The channels and bits of a network.
  ///
  /// - Parameters:
  ///   - channels: the widths, of the original network.
  ///   - costs: what a candidate costs.
  ///   - rules: which bits there are and what is pinned.
  ///   - quantize: makes a cut network ready to be quantised.
  /// - Throws: `CompressionError.nothingToPrune`; what quantising and asking for costs throw.
  public init(
    _ channels: ChannelSpace, costs: QuantizedCosts, rules: BitRules,
    quantize: @escaping (Graph) throws -> QuantizedCandidates
  ) throws {
    self.channels = channels
    self.costs = costs
    self.quantize = quantize
    whole = try quantize(channels.pruner.original)
    let layout = try BitLayout(whole.layers, rules: rules)
    self.layout = layout
    let bits = layout.decisions(try whole.features())
    let order = Dictionary(
      channels.pruner.original.nodes.enumerated().map { ($1.name, $0) }
    ) { first, _ in first }
    let all =
      channels.decisions.enumerated().map { number, decision in
        (order[decision.layer] ?? 0, 0, Operand.channels, number, decision)
      }
      + bits.enumerated().map { number, decision in
        (order[decision.layer] ?? 0, 1 + number, layout.places[number].operand, number, decision)
      }
    let sorted = all.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    decisions = sorted.map(\.4)
    operands = sorted.map(\.2)
    numbers = sorted.map(\.3)
    try costs.check(layout)
  }

  // MARK: - Parts of a candidate

  /// The widths of a candidate, one for each decision of `channels`.
  public func widths(_ choices: [Int]) -> [Int] {
    var widths = channels.decisions.map(\.whole)
    for (decision, choice) in choices.enumerated() where operands[decision] == .channels {
      widths[numbers[decision]] = choice
    }
    return widths
  }

  /// What a candidate makes of every quantised layer, pinned ones too.
  public func quantizations(_ choices: [Int]) -> [LayerQuantization] {
    var bits = layout.places.map { _ in 8 }
    for (decision, choice) in choices.enumerated() where operands[decision] != .channels {
      bits[numbers[decision]] = choice
    }
    return layout.quantizations(bits)
  }

  /// The candidates of some widths: cut, made up for, ranges gathered anew.
  ///
  /// - Throws: what cutting and running throw.
  public func candidates(_ widths: [Int]) throws -> QuantizedCandidates {
    if widths == channels.decisions.map(\.whole) { return whole }
    if let last, last.widths == widths { return last.candidates }
    let made = try quantize(channels.network(widths))
    last = (widths, made)
    return made
  }

  // MARK: - SearchSpace

  /// The cost whole and at 8/8: what budgets are parts of.
  public var originalCost: NetworkCost { cost(uniform(8)) }

  /// The cost of a candidate.
  public func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    costs.cost(
      of: quantizations(choices),
      widths: Dictionary(uniqueKeysWithValues: zip(channels.groups, widths(choices))), in: quantity)
  }

  /// The cut and quantised network.
  public func network(_ choices: [Int]) throws -> Graph {
    try candidates(widths(choices)).network(quantizations(choices))
  }

  // MARK: - OperandSpace

  /// All channels, and as many bits everywhere or the nearest that there are.
  public func uniform(_ bits: Int) -> [Int] {
    let uniform = layout.uniform(bits)
    return decisions.indices.map { decision in
      operands[decision] == .channels ? decisions[decision].whole : uniform[numbers[decision]]
    }
  }

  /// Every number of bits below 8; of channels the least and steps of an eighth.
  public func probes(of decision: Int) -> [Int] {
    guard operands[decision] == .channels else { return layout.probes(of: numbers[decision]) }
    let described = decisions[decision]
    let steps = (1..<8).map { described.choice(upTo: described.whole * $0 / 8) }
    return Set(steps + [described.fewest]).subtracting([described.whole]).sorted()
  }

  /// The network with one group cut, or one operand of one layer quantised.
  public func network(deciding decision: Int, as choice: Int) throws -> Graph {
    guard operands[decision] == .channels else {
      return try whole.network([layout.quantization(of: numbers[decision], bits: choice)])
    }
    var widths = channels.decisions.map(\.whole)
    widths[numbers[decision]] = choice
    return try channels.network(widths)
  }
}
