import Compression
import CompressionEnvironments
import CompressionPolicies
import Networks
import Units

extension CompressionPolicy {
  /// The policy of a candidate.
  ///
  /// A layer stands in it when its inputs or its outputs were decided.
  init(
    _ removed: Set<Int>, of channels: ChannelSpace, setup: SearchSetup, search: Search,
    original: NetworkFigures, compressed: NetworkFigures
  ) {
    let definition = setup.definition
    self.init(
      environment: definition.name, device: setup.device,
      model: Model(file: setup.model.name, sha256: setup.model.sha256), search: search,
      original: original, compressed: compressed,
      pruning: Pruning(setup),
      layers: LayerPolicy.layers(
        of: channels.pruner.original, dependencies: channels.pruner.dependencies,
        removed: removed, decided: Set(channels.groups)))
  }
}

extension CompressionPolicy.Pruning {
  /// How a search cuts channels.
  init(_ setup: SearchSetup) {
    let settings = setup.definition.pruning
    self.init(
      criterion: settings.criterion.rawValue, reconstruction: settings.reconstruction.rawValue,
      refit: settings.refit.rawValue, ridge: settings.ridge,
      normalization: settings.normalization == .keep ? nil : settings.normalization.rawValue,
      calibration: settings.needsImages ? setup.calibrationRecord : nil)
  }
}

extension LayerPolicy {
  static func layers(
    of graph: Graph, dependencies: ChannelDependencies, removed: Set<Int>, decided: Set<Int>
  ) -> [LayerPolicy] {
    graph.nodes.compactMap { node in
      guard graph.isDenseLayer(node) else { return nil }
      var layer = LayerPolicy(name: node.name, operator: node.operatorType)
      func kept(_ value: String) -> (indices: [Int], count: Int)? {
        guard dependencies.multiplicities(of: value).contains(where: { decided.contains($0.group) })
        else { return nil }
        let classes = dependencies.classes(of: value)
        return (classes.indices.filter { !removed.contains(classes[$0]) }, classes.count)
      }
      let inputs = kept(node.inputs[0])
      let outputs = kept(node.outputs[0])
      if let inputs { layer.keepInputs(inputs.indices, of: inputs.count) }
      if let outputs { layer.keepOutputs(outputs.indices, of: outputs.count) }
      return inputs == nil && outputs == nil ? nil : layer
    }
  }
}

extension NetworkFigures {
  /// The figures of a network.
  ///
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  init(
    _ graph: Graph, validation: Double?, top1: Double?, fineTuned: Double? = nil
  ) throws {
    self.init(
      try NetworkCost(graph), validation: validation, top1: top1, fineTuned: fineTuned)
  }

  /// The figures of a network of known cost.
  init(_ cost: NetworkCost, validation: Double?, top1: Double?, fineTuned: Double? = nil) {
    self.init(
      macs: OperationCount(cost.macs), parameters: cost.parameters,
      weightBytes: ByteCount(cost.weightBytes),
      peakActivationBytes: ByteCount(cost.peakActivationBytes),
      bitOps: cost.bitOps,
      latencySeconds: cost.latency.map { _ in Seconds(cost.amount(of: .latency)) },
      energyJoules: cost.energy.map { _ in Joules(cost.amount(of: .energy)) },
      validation: validation, top1: top1,
      fineTuned: fineTuned.map { FineTuned(top1: $0) })
  }
}

extension NetworkCost {
  /// The policy's cost fields.
  var json: JSONValue {
    .object(omittingNil: [
      "macs": macs.json, "parameters": parameters.json, "weightBytes": weightBytes.json,
      "peakActivationBytes": peakActivationBytes.json, "bitOps": bitOps?.json,
      "latencySeconds": latency.map { _ in amount(of: .latency).json },
      "energyJoules": energy.map { _ in amount(of: .energy).json },
    ])
  }
}
