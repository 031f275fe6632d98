public import Networks
import Tensors

/// The weights of one layer in the order in which they go: the smallest magnitude first, of equal
/// ones the later position.
///
/// A weight that is zero is gone already. Masks of fewer weights are part of those of more.
public struct RankedWeights: Sendable {
  /// The node.
  public let layer: String
  /// Its operator.
  public let operatorType: String
  /// The name of its weights.
  public let parameter: String
  /// All weights, zeros among them.
  public let count: Int
  /// Weights that are not zero.
  public let standing: Int
  /// Multiply-accumulates that one weight takes part in.
  public let macsPerWeight: Int

  private let weights: Tensor
  /// By position: how many weights stay longer; `count` for zeros.
  private let ranks: [UInt32]

  /// Ranks the weights of a layer; nil for a node that is none, or whose weights are not constant.
  ///
  /// - Parameter macs: the node's multiply-accumulates.
  init?(_ node: Node, in graph: Graph, macs: Int) {
    guard let name = node.weightName(in: graph), let weights = graph.initializers[name]?.tensor,
      (1..<Int(UInt32.max)).contains(weights.count), macs % weights.count == 0
    else { return nil }
    layer = node.name
    operatorType = node.operatorType
    parameter = name
    count = weights.count
    macsPerWeight = macs / weights.count
    self.weights = weights
    var keys: [UInt64] = []
    for (position, value) in weights.scalars.enumerated() where value != 0 {
      // Magnitudes order as their bits do, whatever they are.
      let smallness = ~value.magnitude.bitPattern
      keys.append(UInt64(smallness) << 32 | UInt64(position))
    }
    keys.sort()
    standing = keys.count
    var ranks = [UInt32](repeating: UInt32(weights.count), count: weights.count)
    for (rank, key) in keys.enumerated() { ranks[Int(key & 0xFFFF_FFFF)] = UInt32(rank) }
    self.ranks = ranks
  }

  /// Which weights stay when so many are kept.
  public func mask(keeping kept: Int) -> [Bool] {
    let kept = min(max(kept, 0), standing)
    return ranks.map { Int($0) < kept }
  }

  /// The weights with all but the largest set to zero.
  func weights(keeping kept: Int) -> TypedArray {
    let mask = mask(keeping: kept)
    return TypedArray(Tensor(shape: weights.shape) { mask[$0] ? weights.scalars[$0] : 0 })
  }

  /// How the layer is stored when so many are kept.
  public func layout(keeping kept: Int) -> RelativeIndexing.Layout {
    let kept = min(max(kept, 0), standing)
    return RelativeIndexing.layout(ranks.lazy.map { Int($0) < kept })
  }
}

extension Node {
  /// The name of the constant that the node multiplies by, nil where there is none.
  fileprivate func weightName(in graph: Graph) -> String? {
    let positions: [Int] =
      switch operatorType {
      case "Conv", "Gemm": [1]
      case "MatMul": [1, 0]
      default: []
      }
    return positions.lazy.filter { $0 < inputs.count }.map { inputs[$0] }
      .first { graph.initializers[$0]?.tensor != nil }
  }
}

extension Graph {
  /// The layers whose single weights can go, in graph order: convolutions of any grouping, Gemm and
  /// MatMul with constant weights; no biases, no normalisation.
  ///
  /// Of layers that share their weights the first stands for all: give each its own before, with
  /// `unsharingParameters()`.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public func rankedWeights() throws -> [RankedWeights] {
    var seen: Set<String> = []
    return try zip(nodes, multiplyAccumulates()).compactMap { node, cost in
      guard let ranked = RankedWeights(node, in: self, macs: cost.macs),
        seen.insert(ranked.parameter).inserted
      else { return nil }
      return ranked
    }
  }

  /// The network with the smallest weights of some layers set to zero.
  ///
  /// - Parameter layers: the layers, each with the number of weights that stay.
  public func keeping(_ layers: some Sequence<(RankedWeights, Int)>) -> Graph {
    var graph = self
    for (layer, kept) in layers {
      graph.initializers[layer.parameter] = layer.weights(keeping: kept)
    }
    return graph
  }

  /// Masks that hold every weight that is zero now.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public func zeroMasks() throws -> ParameterMasks {
    ParameterMasks(
      Dictionary(
        uniqueKeysWithValues: try rankedWeights().map {
          ($0.parameter, $0.mask(keeping: $0.standing))
        }))
  }
}

extension NetworkCost {
  /// The cost of a network whose zero weights are neither stored nor multiplied by.
  ///
  /// Multiply-accumulates are those whose weight is not zero, parameters the weights that are not zero
  /// and all others; bytes follow `RelativeIndexing`. Activations are as in the dense network.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public init(sparse graph: Graph) throws {
    try self.init(graph)
    for layer in try graph.rankedWeights() {
      let zeros = layer.count - layer.standing
      macs -= zeros * layer.macsPerWeight
      parameters -= zeros
      weightBytes += layer.layout(keeping: layer.standing).bytes - 4 * layer.count
    }
  }
}
