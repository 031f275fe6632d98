import Networks
import Tensors

/// What the original network computes at the interest points: once for all images where that fits into
/// memory, otherwise anew for every batch.
final class TeacherOutputs {
  /// The points.
  let points: [InterestPoint]
  private let stored: ExampleStore?
  private let executor: Executor
  private let images: ExampleStore
  private let input: String
  private var buffers: [String: UnsafeMutableBufferPointer<Float>] = [:]

  /// - Parameters:
  ///   - limit: the most bytes that are kept.
  /// - Throws: `CalibrationError.notFinite` that names the layer, `GraphError` when the network cannot be
  ///   run.
  init(
    _ graph: Graph, points: [InterestPoint], images: ExampleStore, input: String, batch: Int,
    limit: Int, pool: WorkerPool
  ) throws {
    self.points = points
    self.images = images
    self.input = input
    let executor = try Executor(
      graph.computing(points.map(\.value)), batch: batch, exchange: .channelsLast, pool: pool)
    self.executor = executor
    let perImage = try points.reduce(0) { try $0 + executor.output($1.value).count / batch }
    let (bytes, overflow) = perImage.multipliedReportingOverflow(by: 4 * images.count)
    stored =
      overflow || bytes > limit
      ? nil
      : try ExampleStore(
        of: points, in: graph, from: images, input: input, batch: batch, pool: pool)
    for point in points { buffers[point.value] = try executor.output(point.value) }
  }

  private init(_ other: TeacherOutputs, _ points: [InterestPoint]) {
    self.points = points
    stored = other.stored
    executor = other.executor
    images = other.images
    input = other.input
    buffers = other.buffers
  }

  /// The same for one point alone; nil where outputs are not kept or not of that point.
  func restricted(to point: InterestPoint) -> TeacherOutputs? {
    guard isStored, buffers[point.value] != nil else { return nil }
    return TeacherOutputs(self, [point])
  }

  /// The variance of the output at each point over the elements of the first images.
  func variances(batch: Int, batches: Int) throws -> [Double] {
    var moments = points.map { _ in (count: 0, sum: 0.0, squares: 0.0) }
    for number in 0..<max(1, min(batches, images.count / batch)) {
      try prepare(Array(number * batch..<(number + 1) * batch))
      for (index, point) in points.enumerated() {
        for value in try output(point) {
          moments[index].count += 1
          moments[index].sum += Double(value)
          moments[index].squares += Double(value) * Double(value)
        }
      }
    }
    return moments.map { count, sum, squares in
      let mean = sum / Double(max(count, 1))
      return max(0, squares / Double(max(count, 1)) - mean * mean)
    }
  }

  /// Whether the outputs of all images are kept.
  var isStored: Bool { stored != nil }

  /// Makes the outputs of a batch ready.
  func prepare(_ batch: [Int]) throws {
    if let stored {
      for point in points {
        guard let buffer = buffers[point.value] else { continue }
        stored.copy(point.value, batch, into: buffer)
      }
      return
    }
    try images.copy(input, batch, into: executor.input(input))
    executor.forward()
  }

  /// The output at a point for the batch that was made ready.
  func output(_ point: InterestPoint) throws(GraphError) -> UnsafeMutableBufferPointer<Float> {
    guard let buffer = buffers[point.value] else { throw .unknownOutput(point.value) }
    return buffer
  }
}
