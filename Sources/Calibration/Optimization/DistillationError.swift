import Networks
import Tensors

/// How far a network is from its teacher at the interest points.
///
///     L = Σ_l w_l · mean((z_l − t_l)²)        over images, channels and positions
///
/// Source: EPTQ, the loss of the first version's code.
struct DistillationError {
  /// The points with their weights w_l.
  let points: [(point: InterestPoint, weight: Double)]

  /// L for the batch that a teacher was made ready for, and where asked for `scale` · ∂L/∂z_l in the
  /// executor's output gradients; points at the same time.
  func evaluate(
    _ executor: Executor, _ teacher: TeacherOutputs, gradientScale scale: Double?, pool: WorkerPool
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
        if let scale, let gradient = gradients[index].baseAddress {
          parts[index] =
            share
            * SquaredSums.ofDifference(
              z, t, count: count, factor: Float(2 * share * scale), gradient: gradient)
        } else {
          parts[index] = share * SquaredSums.ofDifference(z, t, count: count)
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
      sum += try evaluate(executor, teacher, gradientScale: nil, pool: pool)
    }
    return sum / Double(count)
  }
}
