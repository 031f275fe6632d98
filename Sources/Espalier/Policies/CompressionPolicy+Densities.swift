import Compression
import CompressionPolicies
import Networks

extension CompressionPolicy {
  /// The policy of a network whose single weights were pruned: the density of each decided layer.
  ///
  /// - Throws: `GraphError` when the network's shapes cannot be inferred.
  init(
    densitiesOf graph: Graph, setup: SearchSetup, search: Search, original: NetworkFigures,
    compressed: NetworkFigures
  ) throws {
    let decided = Set(setup.problem.decisions.map(\.layer))
    self.init(
      environment: setup.definition.name,
      model: Model(file: setup.model.name, sha256: setup.model.sha256), search: search,
      original: original, compressed: compressed,
      pruning: Pruning(
        criterion: "magnitude", reconstruction: "none",
        stages: setup.definition.weights?.stages, fineTuned: setup.fineTuning != nil),
      layers: try graph.rankedWeights().filter { decided.contains($0.layer) }.map { weights in
        var layer = LayerPolicy(name: weights.layer, operator: weights.operatorType)
        layer.density = Double(weights.standing) / Double(weights.count)
        return layer
      })
  }

  /// Whether single weights were pruned.
  var decidesWeights: Bool {
    pruning?.stages != nil || layers.contains { ($0.density ?? 1) < 1 }
  }

  /// Whether applying the policy to the original network, in one step and without training, leaves
  /// another network than the search did.
  var isFineTuned: Bool { pruning?.fineTuned ?? (compressed.fineTuned != nil) }

  /// The original network with the smallest weights of each layer set to zero, as many as its density
  /// says.
  ///
  /// - Parameter graph: the original; no two layers share their weights.
  /// - Throws: `CompressionError.policyMismatch` naming the layer; `GraphError` when shapes cannot be
  ///   inferred.
  func zeroingSmallestWeights(of graph: Graph) throws -> Graph {
    let ranked = Dictionary(
      uniqueKeysWithValues: try graph.rankedWeights().map { ($0.layer, $0) })
    var kept: [(RankedWeights, Int)] = []
    for layer in layers {
      func mismatch(_ expected: String, _ found: String) -> CompressionError {
        .policyMismatch(layer: layer.name, expected: expected, found: found)
      }
      let others: [(field: String, isThere: Bool)] = [
        ("keptInputIndices", layer.keptInputIndices != nil),
        ("keptOutputIndices", layer.keptOutputIndices != nil),
        ("keptInputChannels", layer.keptInputChannels != nil),
        ("keptOutputChannels", layer.keptOutputChannels != nil),
        ("inputChannels", layer.inputChannels != nil),
        ("outputChannels", layer.outputChannels != nil),
        ("weightBits", layer.weightBits != nil), ("activationBits", layer.activationBits != nil),
      ]
      if let other = others.first(where: \.isThere) {
        throw mismatch("decisions about single weights alone", "'\(other.field)'")
      }
      guard let density = layer.density else { continue }
      guard let weights = ranked[layer.name] else {
        throw mismatch("a node of that name with constant weights", "none")
      }
      guard weights.operatorType == layer.operator else {
        throw mismatch(layer.operator, weights.operatorType)
      }
      let count = density * Double(weights.count)
      let number = Int(count.rounded())
      guard abs(count - Double(number)) < 1e-3, (1...weights.standing).contains(number) else {
        throw mismatch(
          "density \(density) as a part of \(weights.standing) weights that are not zero",
          "\(weights.count) weights")
      }
      kept.append((weights, number))
    }
    return graph.keeping(kept)
  }
}
