import Networks
import Tensors

/// AdaRound: the rounding of one layer after the other.
///
///     min_V mean((Ŵ(V)·x̂ + b − z)²) + regulariser
///
/// with the layer's input x̂ in the network as quantised so far and its output z in the original. Biases and
/// scales stay.
///
/// Source: Nagel et al. 2020, section 3.3 (equation 25), without the activation function behind the layer.
struct LayerwiseRounding {
  let original: Graph
  let images: ExampleStore
  let input: String
  let settings: RoundingSettings
  let streams: RandomStreams
  let pool: WorkerPool

  /// Rounds every layer of a quantised network.
  func run(
    _ nearest: Graph, _ onProgress: (CalibrationProgress) throws -> Void
  ) throws -> Graph {
    var current = nearest
    let layers = try SoftlyRoundedNetwork(nearest).layers
    for (number, layer) in layers.enumerated() {
      let rounded = try round(layer.name, in: current) { iteration, loss in
        try onProgress(
          CalibrationProgress(
            iteration: number * settings.iterations + iteration,
            iterations: layers.count * settings.iterations, loss: loss, layer: layer.name))
      }
      for name in [layer.weight, layer.scale] {
        current.initializers[name] = rounded.initializers[name]
      }
    }
    return current
  }

  private func round(
    _ name: String, in quantized: Graph, _ onStep: (Int, Double) throws -> Void
  ) throws -> Graph {
    guard let node = quantized.nodes.first(where: { $0.name == name }) else { return quantized }
    let own = quantized.weightPosition(of: node)
    let read = InterestPoint(layer: name, value: node.inputs[1 - own])
    let written = InterestPoint(layer: name, value: node.outputs[0])
    let inputs =
      read.value == input
      ? images
      : try ExampleStore(
        of: [read], in: quantized, from: images, input: input, batch: settings.batch, pool: pool)
    let teacher = try TeacherOutputs(
      original, points: [written], images: images, input: input, batch: settings.batch,
      limit: settings.cacheLimit, pool: pool)
    let run = try RoundingRun(
      SoftlyRoundedNetwork(try layerGraph(node, in: quantized)),
      error: DistillationError(points: [(written, 1)]), teacher: teacher, images: inputs,
      input: read.value, learned: RoundingRun.Learned(biases: false, factors: false),
      settings: settings, streams: streams.under(name), pool: pool)
    return try run.run(onStep)
  }

  /// The layer and the quantiser of its weights, fed with what the layer reads.
  private func layerGraph(_ node: Node, in quantized: Graph) throws -> Graph {
    let own = quantized.weightPosition(of: node)
    let shape = try quantized.shapes(batch: 1)[node.inputs[1 - own]] ?? []
    let nodes = quantized.nodes.filter { $0.outputs.contains(node.inputs[own]) } + [node]
    let read = Set(nodes.flatMap(\.inputs))
    return Graph(
      name: node.name,
      inputs: [
        Graph.Value(
          name: node.inputs[1 - own],
          extents: [.batch] + shape.extents.dropFirst().map { .fixed($0) })
      ],
      outputs: [Graph.Value(name: node.outputs[0], extents: nil)], nodes: nodes,
      initializers: quantized.initializers.filter { read.contains($0.key) })
  }
}

extension Graph {
  /// The position among a quantised layer's inputs of its weights: 0 for a MatMul with these on its left.
  fileprivate func weightPosition(of node: Node) -> Int {
    let isLeft =
      node.operatorType == "MatMul"
      && nodes.contains {
        $0.isFakeQuantize && $0.outputs.contains(node.inputs[0])
          && initializers[$0.inputs[0]] != nil
      }
    return isLeft ? 0 : 1
  }
}
