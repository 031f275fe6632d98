import Networks
import Tensors

/// What the loss would change, to first order and squared, if a layer no longer read a channel.
///
///     score = Σ over readers, Σ over the class's channels c in them, mean over mini-batches of
///             ( Σ_{w reads c} ∂L/∂w · w )²
///
/// L is the mean cross-entropy of a mini-batch of calibration images, BatchNormalization with its running
/// statistics. The sum in brackets is ∂L/∂α for the weights that read c scaled by α, at 1. Images are
/// taken in their order; a mini-batch counts by its number of images.
///
/// Source: Molchanov et al. 2019, "Importance estimation for neural network pruning", section 3, first
/// order, for groups of parameters (there those that make a channel).
struct TaylorImportance: ChannelCriterion {
  /// Images in one mini-batch: fewer let less of the gradient cancel, and take less memory.
  static let batch = 16

  private let data: CriterionData
  /// The mean square of each input channel of each reader.
  private let squares: [String: [Double]]

  /// Differentiates the loss on all calibration images.
  ///
  /// - Throws: `CompressionError.data` when there is not a label for each image, `TrainingError` for a
  ///   label that is no class or a network without class scores, `GraphError` when it cannot be run.
  init(_ data: CriterionData) throws {
    let images = data.images.shape.extents.first ?? 0
    guard data.labels.count == images else {
      throw CompressionError.data(
        expected: "a label for each of \(images) calibration images, for the criterion taylor",
        found: "\(data.labels.count)")
    }
    self.data = data
    let names = Set(
      data.dependencies.groups.filter { $0.obstacle == nil }.flatMap(\.consumers))
    let readers = data.graph.nodes.compactMap { node -> Reader? in
      guard names.contains(node.name), let weight = WeightChannels(node, in: data.graph) else {
        return nil
      }
      let channels = data.dependencies.classes(of: node.inputs[0]).count
      return Reader(node: node, weight: weight, channels: channels)
    }
    var squares = Dictionary(
      uniqueKeysWithValues: readers.map {
        ($0.node.name, [Double](repeating: 0, count: $0.channels))
      })
    try Self.forEachBatch(data) { count, gradients in
      for reader in readers {
        guard let gradient = gradients[reader.node.inputs[1]] else { continue }
        for (channel, sum) in reader.products(with: gradient).enumerated() {
          squares[reader.node.name]?[channel] += sum * sum * Double(count) / Double(images)
        }
      }
    }
    self.squares = squares
  }

  func scores(of group: ChannelGroup) -> [Int: Double] {
    let members = Set(group.classes)
    let consumers = Set(group.consumers)
    var scores: [Int: Double] = [:]
    for node in data.graph.nodes where consumers.contains(node.name) {
      for (square, member) in zip(
        squares[node.name] ?? [], data.dependencies.classes(of: node.inputs[0]))
      where members.contains(member) {
        scores[member, default: 0] += square
      }
    }
    return scores
  }

  /// Hands over the gradients of the mean loss of each mini-batch, by the initializer's name.
  private static func forEachBatch(
    _ data: CriterionData,
    _ body: (_ images: Int, _ gradients: [String: UnsafeMutableBufferPointer<Float>]) -> Void
  ) throws {
    let value = try data.graph.classScores()
    let size = data.images.exampleCount
    var executor: Executor?
    for first in stride(from: 0, to: data.labels.count, by: batch) {
      let count = min(batch, data.labels.count - first)
      if executor?.batch != count {
        executor = try Executor(
          data.graph, batch: count, mode: .differentiable, outputs: [value],
          differentiatingInputs: false, exchange: .channelsLast, pool: data.pool)
      }
      guard let executor else { continue }
      _ = try executor.input(data.input).update(
        fromContentsOf: data.images.scalars[(first * size)..<((first + count) * size)])
      executor.forward()
      let scores = try executor.output(value)
      // One score for each class of each image, whatever axes of extent 1 the value has besides.
      let table = Tensor(shape: [count, scores.count / count]) { scores[$0] }
      let loss = try SoftmaxCrossEntropy().evaluate(
        table, labels: Array(data.labels[first..<(first + count)]))
      _ = try executor.outputGradient(value).update(fromContentsOf: loss.gradient.scalars)
      executor.zeroGradients()
      executor.backward()
      body(
        count,
        Dictionary(
          executor.parameters.map { ($0.name, $0.gradients) }, uniquingKeysWith: { a, _ in a }))
    }
  }
}

/// A layer with the weights that read each of its input channels.
private struct Reader {
  let node: Node
  let weight: WeightChannels
  let channels: Int

  /// Σ gradient · weight over the weights that read each input channel, in double precision.
  func products(with gradient: UnsafeMutableBufferPointer<Float>) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    for (position, value) in weight.tensor.scalars.enumerated() {
      let channel = weight.input(at: position)
      if channel < channels { sums[channel] += Double(gradient[position]) * Double(value) }
    }
    return sums
  }
}
