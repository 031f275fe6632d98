public import Networks
import Tensors

extension Graph {
  /// The network with the running statistics of every BatchNormalization computed anew.
  ///
  /// Node after node in the order of the graph: the input of each is computed behind the statistics
  /// already set, and then, over all N examples and P pixels of a channel,
  ///
  ///     μ = Σ x / (N·P)        σ² = Σ (x − μ)² / (N·P)
  ///
  /// the population variance, as inference divides by it, exact but for rounding and in double precision.
  /// Weights, γ and β stay. A node that normalises by the batch's own statistics, or whose statistics
  /// are not constant, is left alone; a network without BatchNormalization comes back as it is.
  ///
  /// - Parameters:
  ///   - inputs: all examples of the graph's input; no two nodes of the graph share a constant.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: `GraphError` when the network cannot be run.
  func reestimatingStatistics(
    on inputs: [String: StoredValue], pool: WorkerPool
  ) throws -> Graph {
    var graph = self
    var run = PrefixRun(inputs: inputs, pool: pool)
    for node in nodes where hasRunningStatistics(node) {
      let input = node.inputs[0]
      guard let value = try run.compute([input], in: graph)[input] else { continue }
      let statistics = ChannelStatistics(value, pool: pool)
      for (position, numbers) in [(3, statistics.mean), (4, statistics.variance)] {
        graph.initializers[node.inputs[position]] = TypedArray(
          Tensor(shape: [numbers.count]) { Float(numbers[$0]) })
      }
    }
    return graph
  }

  /// Whether a node is a BatchNormalization with running statistics of its own.
  public func hasRunningStatistics(_ node: Node) -> Bool {
    node.operatorType == "BatchNormalization" && !node.isTrainingMode
      && BatchNormalizationAffine(node, in: self) != nil
  }
}

/// Mean and population variance of each channel of a value, over all examples and pixels.
struct ChannelStatistics {
  let mean: [Double]
  let variance: [Double]

  init(_ value: StoredValue, pool: WorkerPool) {
    let channels = ExampleChannels(value.shape)
    let examples = value.shape.extents.first ?? 0
    let count = Double(max(examples * channels.perChannel, 1))
    (mean, variance) = value.scalars.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return ([], []) }
      let mean = channels.sums(of: values, examples: examples, pool: pool) { _, x in x }
        .map { $0 / count }
      // A second pass: a difference of large sums would lose the digits of a small variance.
      let squares = mean.withUnsafeBufferPointer { mean in
        channels.sums(of: values, examples: examples, pool: pool) { channel, x in
          (x - mean[channel]) * (x - mean[channel])
        }
      }
      return (mean, squares.map { $0 / count })
    }
  }
}
