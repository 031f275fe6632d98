import Networks
import Tensors

/// How much of a channel there is to read: the mean of |x| over calibration images and pixels, of every
/// value that a layer with weights reads.
///
///     score = Σ over the values read, Σ over the class's channels in them, mean |x|
///
/// The values are those behind the activation function; each counts once, however many layers read it.
/// The mean of the absolute value is a choice: NNI ranks by the mean activation, and APoZ counts zeros
/// (Hu et al. 2016, "Network trimming"), which says nothing of functions without a zero. Images need no
/// labels.
struct MeanActivation: ChannelCriterion {
  private let data: CriterionData
  /// Mean |x| of each channel of each value read.
  private let means: [String: [Double]]

  /// Runs the network on all calibration images.
  ///
  /// - Throws: `GraphError` when it cannot be run.
  init(_ data: CriterionData) throws {
    self.data = data
    let values = Set(
      data.dependencies.groups.filter { $0.obstacle == nil }
        .flatMap { Self.valuesRead(of: $0, in: data.graph) }
    ).sorted()
    var sums: [String: [Double]] = [:]
    var counts: [String: Int] = [:]
    try ChunkedRun.run(
      data.graph, inputs: [data.input: data.images], outputs: values, pool: data.pool
    ) { _, examples, executor in
      for value in values {
        guard let shape = executor.outputShape(value),
          let base = try executor.output(value).baseAddress
        else { continue }
        let channels = ExampleChannels(shape)
        let chunk = channels.sums(of: base, examples: examples, pool: data.pool) { _, x in
          abs(x)
        }
        counts[value, default: 0] += examples * channels.perChannel
        let sum = sums[value] ?? [Double](repeating: 0, count: chunk.count)
        sums[value] = zip(sum, chunk).map { $0 + $1 }
      }
    }
    means = Dictionary(
      uniqueKeysWithValues: sums.map { value, sums in
        (value, sums.map { $0 / Double(max(counts[value] ?? 0, 1)) })
      })
  }

  func scores(of group: ChannelGroup) -> [Int: Double] {
    let members = Set(group.classes)
    var scores: [Int: Double] = [:]
    for value in Self.valuesRead(of: group, in: data.graph) {
      for (mean, member) in zip(means[value] ?? [], data.dependencies.classes(of: value))
      where members.contains(member) {
        scores[member, default: 0] += mean
      }
    }
    return scores
  }

  /// The values that a group's layers read, each once, in graph order.
  private static func valuesRead(of group: ChannelGroup, in graph: Graph) -> [String] {
    let consumers = Set(group.consumers)
    var seen: Set<String> = []
    return graph.nodes.compactMap { node in
      guard consumers.contains(node.name), seen.insert(node.inputs[0]).inserted else { return nil }
      return node.inputs[0]
    }
  }
}
