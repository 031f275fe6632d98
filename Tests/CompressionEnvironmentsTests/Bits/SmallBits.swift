import Compression
import Hardware
import Networks
import Tensors
import Units

@testable import CompressionEnvironments

/// Searches for bits on `SmallProblems.chain`: the convolutions a, b, c and a classifier, of which the first
/// and the last are pinned.
enum SmallBits {
  /// Weights and MACs of the four layers, by hand: 4·27 weights at 48 places, 8·36 and 6·72 at 12, 12 once.
  static let layers = [
    (weights: 108, macs: 5184), (weights: 288, macs: 3456), (weights: 432, macs: 5184),
    (weights: 12, macs: 12),
  ]

  static func images(_ count: Int = 20) -> Tensor {
    var generator = SeededGenerator(seed: 4)
    // Small enough that class scores leave each class a part of the probability.
    return Tensor(shape: [count, 3, 8, 6]) { _ in 0.02 * Float(generator.normal()) }
  }

  static func candidates(_ graph: Graph = SmallProblems.chain) throws -> QuantizedCandidates {
    try QuantizedCandidates(
      graph, images: images(), settings: NetworkQuantizer.Settings(), normalization: .keep,
      streams: RandomStreams(seed: 1), pool: WorkerPool(threads: 1))
  }

  static func space(
    _ rules: BitRules = BitRules(), _ model: (any CostModel)? = nil, batch: Int = 1
  ) throws -> BitSpace {
    let candidates = try candidates()
    return try BitSpace(
      candidates,
      costs: QuantizedCosts(
        candidates.graph, quantized: candidates.layers,
        device: try model.map { try DeviceCosts(candidates.graph, model: $0, batch: batch) }),
      rules: rules)
  }

  static func problem(
    _ space: BitSpace, _ quantity: CostQuantity = .bitOps, most: Int,
    evaluator: any Evaluator = ReadingEvaluator()
  ) throws -> SearchProblem {
    try SearchProblem(
      space, limits: { _ in [CostLimit(quantity, most: most)] }, evaluator: evaluator)
  }

  /// Losses that fall with bits, faster in some decisions than in others.
  static func losses(_ space: BitSpace) -> [[Int: Double]] {
    space.decisions.enumerated().map { position, decision in
      guard case .listed(let all) = decision.choices else { return [:] }
      return Dictionary(
        uniqueKeysWithValues: all.map { ($0, Double(1 + position * 3 % 4) / Double(1 << $0)) })
    }
  }

  /// Every choice of a space.
  static func all(_ space: BitSpace) -> [[Int]] {
    space.decisions.reduce([[]]) { known, decision in
      guard case .listed(let bits) = decision.choices else { return known }
      return known.flatMap { start in bits.map { start + [$0] } }
    }
  }
}

/// Measures a network by its first weights, so that different bits come out differently.
struct ReadingEvaluator: Evaluator {
  let metric = "read"

  func evaluate(_ graph: Graph) throws -> Double {
    let weights = graph.initializers["b.weight"]?.tensor?.scalars ?? []
    return 50 + min(max(Double(weights.reduce(0, +)), -40), 40)
  }

  func evaluate(_ graph: Graph, unlessBelow threshold: Double) throws -> Double {
    try evaluate(graph)
  }
}

/// A device whose cycles follow a rule that can be worked out by hand.
struct RuledDevice: CostModel {
  enum Rule: Sendable {
    /// MACs · w · a.
    case product
    /// MACs · max(w, a): no cut of one operand alone saves anything where both have as many bits.
    case larger
    /// MACs · w: activations are free.
    case weights
  }

  var rule = Rule.product
  let device = "ruled"
  var supportedBits = SupportedBits(weights: Array(1...8), activations: Array(1...8))

  func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    guard workload.hasProducts else { return .zero }
    let (w, a) = (bits.weights.value, bits.activations.value)
    let factor =
      switch rule {
      case .product: w * a
      case .larger: max(w, a)
      case .weights: w
      }
    let cycles = workload.macs * factor
    return Cost(
      latency: Seconds(Double(cycles) * 1e-9), energy: Joules(Double(cycles) * 1e-12),
      cycles: cycles, computeCycles: cycles, stallCycles: 0, accesses: [], bound: .compute)
  }
}
