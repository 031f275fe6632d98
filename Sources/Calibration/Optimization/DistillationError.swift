import Networks
import Tensors

/// How far a network is from its teacher at the interest points.
///
///     L = Σ_l w_l · mean_n(a_nl · mean((z_nl − t_nl)²))        over images n, channels and positions
///
/// with attentions a_nl of each image whose mean over all images is 1, or 1 for all.
///
/// Source: EPTQ, the loss of the first version's code; a_nl as in the second version's sample-layer
/// attention.
struct DistillationError {
  /// The points with their weights w_l.
  let points: [(point: InterestPoint, weight: Double)]
  /// a_nl for each point and image of the store; nil for 1.
  var attentions: [[Double]]?

  /// L for the images `batch` that a teacher was made ready for, and where asked for `scale` · ∂L/∂z_l in the
  /// executor's output gradients; points at the same time.
  func evaluate(
    _ executor: Executor, _ teacher: TeacherOutputs, of batch: [Int],
    gradientScale scale: Double?, pool: WorkerPool
  ) throws -> Double {
    let students = try points.map { try executor.output($0.point.value) }
    let teachers = try points.map { try teacher.output($0.point) }
    let gradients =
      scale == nil ? [] : try points.map { try executor.outputGradient($0.point.value) }
    var parts = [Double](repeating: 0, count: points.count)
    parts.withUnsafeMutableBufferPointer { parts in
      // Safe: each point is one shard's alone.
      nonisolated(unsafe) let parts = parts
      pool.run(shards: points.count) { index in
        let count = students[index].count
        guard count > 0, count == teachers[index].count, let z = students[index].baseAddress,
          let t = teachers[index].baseAddress
        else { return }
        let share = points[index].weight / Double(count)
        let gradient = scale == nil ? nil : gradients[index].baseAddress
        func part(_ first: Int, _ size: Int, _ share: Double) -> Double {
          if let scale, let gradient {
            return share
              * SquaredSums.ofDifference(
                z + first, t + first, count: size, factor: Float(2 * share * scale),
                gradient: gradient + first)
          }
          return share * SquaredSums.ofDifference(z + first, t + first, count: size)
        }
        guard let own = attentions?[index] else {
          parts[index] = part(0, count, share)
          return
        }
        let size = count / max(batch.count, 1)
        for (position, image) in batch.enumerated() {
          parts[index] += part(position * size, size, share * own[image])
        }
      }
    }
    return parts.reduce(0, +)
  }

  /// L of a network over the first images, in whole batches.
  func measure(
    _ graph: Graph, _ teacher: TeacherOutputs, images: ExampleStore, input: String, batch: Int,
    batches: Int, pool: WorkerPool
  ) throws -> Double {
    let executor = try Executor(
      graph.computing(points.map(\.point.value)), batch: batch, exchange: .channelsLast, pool: pool)
    let count = max(1, min(batches, images.count / batch))
    var sum = 0.0
    for number in 0..<count {
      let chosen = Array(number * batch..<(number + 1) * batch)
      try images.copy(input, chosen, into: executor.input(input))
      executor.forward()
      try teacher.prepare(chosen)
      sum += try evaluate(executor, teacher, of: chosen, gradientScale: nil, pool: pool)
    }
    return sum / Double(count)
  }
}
