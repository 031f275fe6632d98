public import Compression
public import Networks
import Tensors

/// Single weights: for each layer how many of those that stand are kept, the largest ones.
///
/// Source: He et al. 2018, sections 3 and 4.2 (fine-grained pruning).
///
/// A stage of a search is a space of its own, on the network as it then stands: a weight that is zero is
/// gone, and the bound on what may go counts from what stands.
public final class WeightSpace: SearchSpace {
  /// The network as it stands.
  public let graph: Graph
  /// The layers, ranked, one for each decision.
  public let layers: [RankedWeights]
  /// One decision for each layer that has a weight left, in graph order.
  public let decisions: [Decision]
  /// What the network that the search began with costs, dense.
  public let originalCost: NetworkCost
  /// `weights`.
  public let choiceName = "weights"
  /// All weights of the decided layers, zeros among them.
  public let weightCount: Int

  private let smallest: SmallestDensity
  /// What stays whatever is decided, bytes of the decided layers aside.
  private let fixed: NetworkCost
  /// Bytes of a layer by the weights it keeps, as far as asked for.
  private var knownBytes: [[Int: Int]]

  /// The weights of a network.
  ///
  /// - Parameters:
  ///   - graph: the network as it stands; no two layers share their weights.
  ///   - original: the cost of the network that the search began with; nil where it is this one.
  ///   - smallest: the least part of a layer's standing weights that is kept.
  /// - Throws: `CompressionError.nothingToPrune`; `GraphError` when shapes cannot be inferred.
  public init(_ graph: Graph, original: NetworkCost? = nil, smallest: SmallestDensity) throws {
    self.graph = graph
    self.smallest = smallest
    let dense = try NetworkCost(graph)
    originalCost = original ?? dense
    let shapes = try graph.shapes(batch: 1)
    let nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
    layers = try graph.rankedWeights().filter { $0.standing > 0 }
    decisions = layers.compactMap { layer in
      guard let node = nodes[layer.layer] else { return nil }
      return Decision(
        layer: layer.layer, choices: smallest.choices(of: layer),
        features: LayerFeatures(
          node, graph: graph, shapes: shapes, macs: layer.count * layer.macsPerWeight))
    }
    guard !decisions.isEmpty else {
      throw CompressionError.nothingToPrune("no Conv, Gemm or MatMul has constant weights")
    }
    weightCount = layers.reduce(0) { $0 + $1.count }
    let macs = layers.reduce(0) { $0 + $1.count * $1.macsPerWeight }
    let (count, layers) = (weightCount, layers)
    fixed = NetworkCost { quantity in
      switch quantity {
      case .macs: dense.macs - macs
      case .parameters: dense.parameters - count
      case .weightBytes: dense.weightBytes - 4 * count
      case .peakActivationBytes: dense.peakActivationBytes
      case .bitOps, .latency, .energy: nil
      }
    }
    knownBytes = [[Int: Int]](repeating: [:], count: layers.count)
  }

  /// The limit that an overall density of the decided layers is: at most ⌊density · all⌋ weights.
  ///
  /// It is one on parameters, of which everything else has a fixed number.
  ///
  /// - Throws: `CompressionError.unreachableBudget` with the smallest density that can be reached.
  public func limit(density: Double) throws(CompressionError) -> CostLimit {
    let most = CostLimit.most(density, of: weightCount)
    let fewest = decisions.reduce(0) { $0 + $1.fewest }
    guard fewest <= most else {
      throw .unreachableBudget(
        quantity: "density", asked: density, smallest: Double(fewest) / Double(weightCount),
        original: 1)
    }
    return CostLimit(.parameters, most: fixed.parameters + most)
  }

  /// Makes sure before a search that every stage can be reached, however the ones before spread what they
  /// keep.
  ///
  /// What a stage must keep is the sum of max(1, ⌈bound · standing⌉) over the layers. It is largest when
  /// the weights stand in the layers of the largest bound, and no layer's rounding adds more than one.
  ///
  /// - Throws: `CompressionError.unreachableBudget` with the smallest density of the first stage that
  ///   might not be.
  public func check(stages: [Double]) throws(CompressionError) {
    let bounds = layers.map { (bound: smallest.of($0.operatorType), count: $0.count) }
    let dearest = bounds.sorted { $0.bound > $1.bound }
    for (before, density) in zip(stages, stages.dropFirst()) {
      var left = before * Double(weightCount)
      var fewest = Double(layers.count)
      for (bound, count) in dearest {
        let part = min(left, Double(count))
        fewest += part * bound
        left -= part
      }
      guard fewest <= density * Double(weightCount) else {
        throw .unreachableBudget(
          quantity: "density", asked: density, smallest: fewest / Double(weightCount), original: 1)
      }
    }
  }

  /// The cost as `NetworkCost(sparse:)` counts it of the candidate's network.
  public func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    var cost = fixed[quantity]
    for (position, kept) in choices.enumerated() {
      switch quantity {
      case .macs: cost += kept * layers[position].macsPerWeight
      case .parameters: cost += kept
      case .weightBytes: cost += bytes(position, kept)
      case .peakActivationBytes, .bitOps, .latency, .energy: break
      }
    }
    return cost
  }

  private func bytes(_ position: Int, _ kept: Int) -> Int {
    if let known = knownBytes[position][kept] { return known }
    let bytes = layers[position].layout(keeping: kept).bytes
    knownBytes[position][kept] = bytes
    return bytes
  }

  /// The network with the smallest weights of each layer set to zero.
  public func network(_ choices: [Int]) -> Graph { graph.keeping(zip(layers, choices)) }
}

/// The least part of a layer's standing weights that one stage keeps, 1 − a_max in the paper.
public struct SmallestDensity: Equatable, Sendable {
  /// Of convolutions, depthwise and grouped ones among them.
  public var convolution: Double
  /// Of Gemm and MatMul.
  public var dense: Double

  /// Bounds; the defaults are the paper's a_max of 0.8 and 0.98 (section 4.2).
  public init(convolution: Double = 0.2, dense: Double = 0.02) {
    self.convolution = convolution
    self.dense = dense
  }

  /// The bound of an operator.
  public func of(_ operatorType: String) -> Double { operatorType == "Conv" ? convolution : dense }

  /// The numbers of weights that a layer may keep, in hundredths for agents; one at least.
  func choices(of layer: RankedWeights) -> Choices {
    let least = of(layer.operatorType) * Double(layer.standing)
    return .counted(
      max(1, Int((least - 1e-9).rounded(.up)))...layer.standing,
      step: max(1, layer.standing / 100))
  }
}
