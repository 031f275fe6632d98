public import Networks
public import Tensors

/// How sensitive a network's outputs are to each interest point, estimated without labels.
///
///     T_l = E_images ‖J_l‖²_F = E_images E_v ‖J_lᵀ v‖²        J_l = ∂f/∂z_l
///
/// with v a vector of random signs over the outputs f (Rademacher). For the loss ½‖f − f₀‖² at f = f₀ this
/// is the trace of its Hessian with respect to z_l. One backward pass per probe gives J_lᵀ v at every point
/// at once, and for each image of a batch its own: with normalisations folded or fixed, images do not mix.
///
/// Source: EPTQ (Gordon, Habi and Netzer 2023, arXiv 2309.11531, first version), "label-free Hessian". The
/// factor 2/outputs of its code, which is the same for all layers, is left out.
public struct LabelFreeHessian: Sendable {
  /// How long is estimated.
  public struct Settings: Hashable, Sendable {
    /// Probes for each image at least; 2 or more.
    public var leastProbes = 8
    /// Probes for each image at most.
    public var mostProbes = 64
    /// A batch is done when the standard error of every point's mean is below this part of it.
    public var relativeError = 0.02
    /// Images in one pass.
    public var batch = 32

    /// The defaults.
    public init() {}
  }

  /// The estimate at one interest point.
  public struct Trace: Hashable, Sendable {
    /// The point.
    public let point: InterestPoint
    /// T_l.
    public let mean: Double
    /// The standard error of the mean over other probes on the same images; 0 for exact traces.
    public let standardError: Double
    /// ‖J_l‖²_F of each image.
    public let perImage: [Double]
  }

  /// The estimates in the order of the points.
  public let traces: [Trace]
  /// The backward passes that it took.
  public let passes: Int

  /// Estimates.
  ///
  /// - Parameters:
  ///   - graph: the network; see `Graph.preparedForCalibration`.
  ///   - points: where.
  ///   - images: images × channels × height × width, preprocessed.
  ///   - settings: how long.
  ///   - streams: probes come from the stream `hessian probes`.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: `CalibrationError.notFinite` that names the layer, `.setting` for settings without sense,
  ///   `CompressionError.data` when images do not fit, `GraphError` when the network cannot be run.
  public init(
    _ graph: Graph, points: [InterestPoint], images: Tensor, settings: Settings = Settings(),
    streams: RandomStreams, pool: WorkerPool = WorkerPool()
  ) throws {
    guard settings.leastProbes >= 2, settings.mostProbes >= settings.leastProbes else {
      throw CalibrationError.setting(
        name: "probes of the Hessian", expected: "at least 2, and at most no fewer than at least",
        found: "\(settings.leastProbes) to \(settings.mostProbes)")
    }
    var stream = streams.stream("hessian probes")
    let count = images.shape.extents.first ?? 0
    var statistics = points.map { _ in TraceStatistics(images: count) }
    var passes = 0
    let passesOf = try GradientPasses(graph, points: points, images: images, settings.batch, pool)
    try passesOf.forEachBatch { batch, gradients in
      try gradients.forward()
      for probe in 1...settings.mostProbes {
        for output in gradients.outputs { stream.fillWithSigns(output) }
        let norms = try gradients.backward()
        passes += 1
        for (point, own) in norms.enumerated() {
          for (position, norm) in own.enumerated() {
            statistics[point].add(norm, image: batch.lowerBound + position)
          }
        }
        let isDone = statistics.allSatisfy {
          $0.standardError(batch) <= settings.relativeError * $0.mean(batch)
        }
        if probe >= settings.leastProbes, isDone { break }
      }
    }
    self.passes = passes
    traces = zip(points, statistics).map { point, own in
      Trace(
        point: point, mean: own.mean(0..<count), standardError: own.standardError(0..<count),
        perImage: own.imageMeans)
    }
  }

  /// The same computed exactly, by one backward pass for each output: ‖J‖²_F = Σ_o ‖Jᵀ e_o‖².
  ///
  /// - Parameters:
  ///   - graph: the network; see `Graph.preparedForCalibration`.
  ///   - points: where.
  ///   - images: as for the estimate.
  ///   - batch: images in one pass.
  ///   - pool: the threads to use.
  /// - Throws: as the estimate does.
  public init(
    exactly graph: Graph, points: [InterestPoint], images: Tensor, batch: Int = 32,
    pool: WorkerPool = WorkerPool()
  ) throws {
    let count = images.shape.extents.first ?? 0
    var sums = points.map { _ in [Double](repeating: 0, count: count) }
    var passes = 0
    let passesOf = try GradientPasses(graph, points: points, images: images, batch, pool)
    try passesOf.forEachBatch { batch, gradients in
      try gradients.forward()
      for (number, output) in gradients.outputs.enumerated() {
        let perImage = output.count / batch.count
        for element in 0..<perImage {
          for other in gradients.outputs { other.update(repeating: 0) }
          for image in 0..<batch.count { gradients.outputs[number][image * perImage + element] = 1 }
          let norms = try gradients.backward()
          passes += 1
          for (point, own) in norms.enumerated() {
            for (position, norm) in own.enumerated() {
              sums[point][batch.lowerBound + position] += norm
            }
          }
        }
      }
    }
    self.passes = passes
    traces = zip(points, sums).map { point, own in
      Trace(
        point: point, mean: own.reduce(0, +) / Double(max(count, 1)), standardError: 0,
        perImage: own)
    }
  }
}

extension SeededGenerator {
  /// Random signs, 64 from each word.
  fileprivate mutating func fillWithSigns(_ values: UnsafeMutableBufferPointer<Float>) {
    var (bits, left) = (UInt64(0), 0)
    for index in values.indices {
      if left == 0 { (bits, left) = (next(), 64) }
      values[index] = bits & 1 == 1 ? 1 : -1
      (bits, left) = (bits >> 1, left - 1)
    }
  }
}
