public import Networks
public import Tensors

// What adapts a network to weights that were quantised: normalisations and their statistics.

extension Graph {
  /// The network with the statistics of every BatchNormalization computed anew from images without
  /// labels, node after node: what quantised weights moved is moved back.
  ///
  /// A quantised network comes back with the same weights and quantisers.
  ///
  /// - Parameters:
  ///   - images: images × channels × height × width, preprocessed.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: `CompressionError.data` when the images do not fit, `GraphError` when the network cannot be
  ///   run.
  public func reestimatingNormalizations(
    on images: Tensor, pool: WorkerPool = WorkerPool()
  ) throws -> Graph {
    let input = try calibrationInput(for: images)
    return try unsharingParameters().reestimatingStatistics(
      on: [input: StoredValue(images)], pool: pool)
  }

  /// The network with a BatchNormalization behind every Conv that has none, which changes nothing as
  /// long as the weights stay: γ = √(σ² + ε) and β = μ with the mean μ and the variance σ² of the layer's
  /// outputs over the images.
  ///
  /// For networks whose normalisations were folded into their weights: once weights are quantised,
  /// `reestimatingNormalizations` brings mean and variance of each channel back to what they were.
  ///
  /// - Throws: as `reestimatingNormalizations`.
  public func insertingNormalizations(
    from images: Tensor, pool: WorkerPool = WorkerPool()
  ) throws -> Graph {
    let input = try calibrationInput(for: images)
    var graph = self
    graph.nodes = []
    let readers = consumers
    var run = PrefixRun(inputs: [input: StoredValue(images)], pool: pool)
    for var node in nodes {
      let output = node.outputs[0]
      let next = (readers[output] ?? []).map { nodes[$0].operatorType }
      guard node.operatorType == "Conv", next != ["BatchNormalization"],
        !outputs.contains(where: { $0.name == output }),
        let value = try run.compute([output], in: self)[output]
      else {
        graph.nodes.append(node)
        continue
      }
      let raw = "\(output).unnormalized"
      node.outputs[0] = raw
      graph.nodes.append(node)
      graph.appendNormalization(
        "\(node.name).normalization", from: raw, to: output, ChannelStatistics(value, pool: pool))
    }
    try graph.validate()
    return graph
  }

  private mutating func appendNormalization(
    _ name: String, from input: String, to output: String, _ statistics: ChannelStatistics
  ) {
    let epsilon: Float = 1e-5
    let (mean, variance) = (statistics.mean, statistics.variance)
    let gamma = variance.map { (Float($0) + epsilon).squareRoot() }
    let parameters: [(String, [Float])] = [
      ("scale", gamma), ("shift", mean.map { Float($0) }), ("mean", mean.map { Float($0) }),
      ("variance", variance.map { Float($0) }),
    ]
    for (suffix, numbers) in parameters {
      initializers["\(name).\(suffix)"] = TypedArray(
        Tensor(shape: [numbers.count]) { numbers[$0] })
    }
    nodes.append(
      Node(
        name: name, operatorType: "BatchNormalization",
        inputs: [input] + parameters.map { "\(name).\($0.0)" }, outputs: [output],
        attributes: ["epsilon": .float(epsilon)]))
  }
}
