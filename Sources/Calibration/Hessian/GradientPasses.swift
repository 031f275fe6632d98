import Compression
import Networks
import Tensors

/// Backward passes through a fixed network from vectors over its outputs to its interest points.
struct GradientPasses {
  private let graph: Graph
  private let points: [InterestPoint]
  private let outputs: [String]
  private let input: String
  private let images: Tensor
  private let batch: Int
  private let pool: WorkerPool

  /// - Throws: `CompressionError.data` when images do not fit, `CalibrationError.setting` for a batch or
  ///   number of images below 1.
  init(
    _ graph: Graph, points: [InterestPoint], images: Tensor, _ batch: Int, _ pool: WorkerPool
  ) throws {
    input = try graph.imageInput(
      for: Shape(Array(images.shape.extents.dropFirst())), of: "calibration images")
    guard batch > 0, images.shape[0] > 0 else {
      throw CalibrationError.setting(
        name: "images of the Hessian", expected: "at least one", found: "\(images.shape[0])")
    }
    var seen: Set<String> = []
    outputs = graph.valuesBeforeSoftmax().filter { seen.insert($0).inserted }
    self.graph = graph.computing(outputs + points.map(\.value))
    self.points = points
    self.images = images
    self.batch = batch
    self.pool = pool
  }

  /// One batch made ready.
  struct Batch {
    fileprivate let executor: Executor
    fileprivate let points: [InterestPoint]
    fileprivate let images: Int
    fileprivate let pool: WorkerPool
    /// Where the vector v is written, a part for each output, examples one after the other.
    let outputs: [UnsafeMutableBufferPointer<Float>]

    /// - Throws: `CalibrationError.notFinite` where a point's value is no number; activation functions and
    ///   pooling can hide that from gradients.
    func forward() throws {
      executor.forward()
      for point in points {
        let value = try executor.output(point.value)
        guard let base = value.baseAddress,
          !SquaredSums.of(UnsafePointer(base), count: value.count).isFinite
        else { continue }
        throw CalibrationError.notFinite(value: point.value, layer: point.layer)
      }
    }

    /// ‖J_lᵀ v‖² of every point and image.
    ///
    /// - Throws: `CalibrationError.notFinite` where it is no number.
    func backward() throws -> [[Double]] {
      executor.backward(parameters: .left)
      let views = try points.map { try executor.gradient(ofOutput: $0.value) }
      var norms = points.map { _ in [Double](repeating: 0, count: images) }
      norms.withUnsafeMutableBufferPointer { norms in
        // Safe: each point is one shard's alone.
        nonisolated(unsafe) let norms = norms
        pool.run(shards: points.count) { point in
          let size = views[point].count / images
          for image in 0..<images {
            norms[point][image] = SquaredSums.of(views[point].pointer + image * size, count: size)
          }
        }
      }
      for (point, own) in zip(points, norms) where !own.allSatisfy(\.isFinite) {
        throw CalibrationError.notFinite(value: point.value, layer: point.layer)
      }
      return norms
    }
  }

  /// Calls `body` with the positions of each batch and the network with its images fed.
  func forEachBatch(_ body: (Range<Int>, Batch) throws -> Void) throws {
    let total = images.shape[0]
    let size = images.count / total
    var executor: Executor?
    for first in stride(from: 0, to: total, by: batch) {
      let count = min(batch, total - first)
      if executor?.batch != count {
        executor = try Executor(
          graph, batch: count, mode: .differentiable, differentiatingInputs: false, pool: pool)
      }
      guard let executor else { continue }
      _ = try executor.input(input).update(
        fromContentsOf: images.scalars[first * size..<(first + count) * size])
      let known = Set(outputs)
      for point in points where !known.contains(point.value) {
        try executor.outputGradient(point.value).update(repeating: 0)
      }
      try body(
        first..<first + count,
        Batch(
          executor: executor, points: points, images: count, pool: pool,
          outputs: outputs.map { try executor.outputGradient($0) }))
    }
  }
}
