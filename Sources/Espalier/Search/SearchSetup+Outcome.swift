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
    let originalValidation = try validation.evaluate(model.graph)
    let originalTop1 = try test?.evaluate(model.graph)
    if let channels {
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
    let graph = try bits.network(candidate.choices)
    let policy = CompressionPolicy(
      bits.space.quantizations(candidate.choices), of: bits, setup: self, search: search,
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
    try bits?.network(choices) ?? problem.network(choices)
  }
}

extension CompressionPolicy {
  /// The policy of some bits: every quantised layer stands in it, pinned ones too.
  fileprivate init(
    _ quantizations: [LayerQuantization], of bits: BitSearch, setup: SearchSetup, search: Search,
    original: NetworkFigures, compressed: NetworkFigures
  ) {
    let operators = Dictionary(
      bits.candidates.layers.map { ($0.name, $0.operatorType) },
      uniquingKeysWith: { first, _ in first })
    self.init(
      environment: setup.definition.name, device: bits.device,
      model: Model(file: setup.model.name, sha256: setup.model.sha256), search: search,
      original: original, compressed: compressed,
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
      layers: quantizations.map { quantization in
        var layer = LayerPolicy(
          name: quantization.layer, operator: operators[quantization.layer] ?? "")
        layer.weightBits = BitWidth(quantization.weightBits)
        if quantization.activationBits != LayerQuantization.untouched {
          layer.activationBits = BitWidth(quantization.activationBits)
        }
        layer.quantizer = quantization.quantizer.rawValue
        return layer
      })
  }
}
