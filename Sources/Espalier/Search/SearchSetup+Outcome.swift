import Compression
import CompressionEnvironments
import CompressionPolicies
import Networks
import Units

extension SearchSetup {
  /// The network of a candidate as it is written, with its policy.
  ///
  /// - Parameters:
  ///   - top1: measures the network on the test images, where there are any.
  ///   - fineTuned: what training on came to.
  func compress(
    _ candidate: Candidate, search: CompressionPolicy.Search, top1: (Graph) throws -> Double?,
    fineTuned: FineTuningRecord?
  ) throws -> (graph: Graph, policy: CompressionPolicy) {
    let originalValidation = try evaluator.evaluate(model.graph)
    let originalTop1 = try test?.evaluate(model.graph)
    if let channels, bits == nil {
      let pruned = try channels.prune(candidate.choices)
      let policy = CompressionPolicy(
        pruned.removed, of: channels, setup: self, search: search,
        original: try NetworkFigures(
          model.graph, validation: originalValidation, top1: originalTop1,
          fineTuned: fineTuned?.originalTop1),
        compressed: try NetworkFigures(
          pruned.graph, validation: candidate.accuracy, top1: try top1(pruned.graph),
          fineTuned: fineTuned?.top1))
      return (pruned.graph, policy)
    }
    guard let bits else {
      throw EspalierError.setting(
        name: "kind", expected: "a search for channels or bits", found: "another")
    }
    let graph = try bits.writtenNetwork(candidate.choices)
    let quantizations = bits.quantizations(candidate.choices)
    let cut = try bits.widths(candidate.choices).flatMap { try channels?.prune($0) }
    let policy = CompressionPolicy(
      quantizations, of: bits, removed: cut?.removed ?? [], setup: self, search: search,
      original: NetworkFigures(
        bits.space.originalCost, validation: originalValidation, top1: originalTop1,
        fineTuned: fineTuned?.originalTop1),
      compressed: NetworkFigures(
        candidate.cost, validation: candidate.accuracy,
        top1: try top1(graph), fineTuned: fineTuned?.top1))
    return (graph, policy)
  }

  /// The network of a candidate as it is trained on: with its quantisers in place.
  ///
  /// - Throws: what cutting and quantising throw.
  func trainable(_ choices: [Int]) throws -> Graph {
    try bits?.writtenNetwork(choices) ?? problem.network(choices)
  }
}

extension CompressionPolicy {
  /// The policy of some bits: every quantised layer stands in it, pinned ones too.
  fileprivate init(
    _ quantizations: [LayerQuantization], of bits: BitSearch, removed: Set<Int>,
    setup: SearchSetup, search: Search,
    original: NetworkFigures, compressed: NetworkFigures
  ) {
    let operators = bits.operators
    var layers = Dictionary(
      setup.prunedLayers(removed).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for quantization in quantizations {
      var layer =
        layers[quantization.layer]
        ?? LayerPolicy(name: quantization.layer, operator: operators[quantization.layer] ?? "")
      layer.weightBits = BitWidth(quantization.weightBits)
      if quantization.activationBits != LayerQuantization.untouched {
        layer.activationBits = BitWidth(quantization.activationBits)
      }
      layer.quantizer = quantization.quantizer.rawValue
      layers[quantization.layer] = layer
    }
    self.init(
      environment: setup.definition.name, device: bits.device,
      model: Model(file: setup.model.name, sha256: setup.model.sha256), search: search,
      original: original, compressed: compressed,
      pruning: setup.channels.map { _ in Pruning(setup) },
      quantization: setup.definition.quantization.map { settings in
        Quantization(
          granularity: settings.rules.granularity.rawValue,
          weightClip: settings.clips.weightClip.rawValue,
          activationClip: settings.clips.activationClip.rawValue,
          normalization: settings.normalization == .keep ? nil : settings.normalization.rawValue,
          calibration: setup.calibrationRecord,
          episodeTraining: settings.episodeTraining.map {
            EpisodeTraining(steps: $0.steps, learningRate: $0.learningRate)
          })
      },
      layers: setup.model.graph.nodes.compactMap { layers[$0.name] })
  }
}

extension SearchSetup {
  /// What was decided about channels; nothing where none were.
  fileprivate func prunedLayers(_ removed: Set<Int>) -> [LayerPolicy] {
    guard let channels else { return [] }
    return LayerPolicy.layers(
      of: channels.pruner.original, dependencies: channels.pruner.dependencies, removed: removed,
      decided: Set(channels.groups))
  }
}
