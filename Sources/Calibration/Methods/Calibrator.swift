public import Compression
public import Networks
public import Tensors

/// Quantises a network after training so that it stays near what it was, on images without labels.
///
/// Ranges of activations and weights first, as `NetworkQuantizer` finds them; then, by method, nothing more,
/// the rounding layer after layer, or the rounding of all layers at once.
public struct Calibrator {
  /// The network with normalisations folded and biases everywhere.
  public let graph: Graph
  /// The layers that can be quantised.
  public let layers: [QuantizableLayer]
  private let images: Tensor
  private let input: String
  private let settings: CalibrationSettings
  private let streams: RandomStreams
  private let pool: WorkerPool

  /// Makes a network ready.
  ///
  /// - Parameters:
  ///   - graph: the trained network.
  ///   - images: images × channels × height × width, preprocessed; no labels.
  ///   - settings: every setting.
  ///   - streams: probes come from `hessian probes`, batches from `epoch <n>` and for layers from
  ///     `<layer>/epoch <n>`.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: `CalibrationError.tooFewImages`, `.setting`; `CompressionError.data` when images do not fit;
  ///   `GraphError` when the network cannot be read.
  public init(
    _ graph: Graph, images: Tensor, settings: CalibrationSettings, streams: RandomStreams,
    pool: WorkerPool = WorkerPool()
  ) throws {
    guard images.shape.rank > 1 else {
      throw CalibrationError.tooFewImages(batch: settings.rounding.batch, images: 0)
    }
    try settings.rounding.validate(images: images.shape[0])
    guard settings.hessianImages > 0 else {
      throw CalibrationError.setting(
        name: "images of the Hessian", expected: "at least one",
        found: "\(settings.hessianImages)")
    }
    self.graph = try graph.preparedForCalibration()
    layers = try self.graph.quantizableLayers()
    input = try self.graph.imageInput(
      for: Shape(Array(images.shape.extents.dropFirst())), of: "calibration images")
    self.images = images
    self.settings = settings
    self.streams = streams
    self.pool = pool
  }

  /// Calibrates.
  ///
  /// - Parameters:
  ///   - choices: the bits of each layer; layers that are not named stay as they are.
  ///   - onProgress: hears of every iteration; what it throws ends the calibration.
  /// - Throws: `CalibrationError`; `CompressionError` for impossible bits, layers that are not there and
  ///   values that are no finite numbers; `GraphError` when the network cannot be run.
  public func calibrate(
    _ choices: [LayerQuantization], onProgress: (CalibrationProgress) throws -> Void = { _ in }
  ) throws -> CalibrationResult {
    for choice in choices where choice.quantizer != .linear && choice.weightBits < 32 {
      throw CalibrationError.layer(
        name: choice.layer, expected: "linearly quantised weights",
        found: "'\(choice.quantizer.rawValue)'")
    }
    var quantizer = try NetworkQuantizer(
      graph, ranges: ActivationRanges(graph, images: images, pool: pool), settings: settings.clips,
      streams: streams)
    let nearest = try quantizer.quantized(choices, form: .nodes)
    let points = try graph.interestPoints()
    guard !points.isEmpty, try !SoftlyRoundedNetwork(nearest).layers.isEmpty else {
      throw CalibrationError.nothingQuantized
    }
    let hessian =
      settings.method == .eptq && settings.weighting != .uniform
      ? try LabelFreeHessian(
        graph, points: points, images: images.first(settings.hessianImages),
        settings: settings.hessian, streams: streams, pool: pool)
      : nil
    let weights = (settings.method == .eptq ? settings.weighting : .uniform)
      .weights(hessian?.traces.map(\.mean) ?? points.map { _ in 1 })
    let error = DistillationError(points: Array(zip(points, weights)))
    let store = ExampleStore(images: images, input: input)
    let teacher = try TeacherOutputs(
      graph, points: points, images: store, input: input, batch: settings.rounding.batch,
      limit: settings.rounding.cacheLimit, pool: pool)
    let rounded: Graph
    switch settings.method {
    case .nearest: rounded = nearest
    case .adaRound:
      rounded = try LayerwiseRounding(
        original: graph, images: store, input: input, settings: settings.rounding,
        streams: streams, pool: pool
      ).run(nearest, onProgress)
    case .eptq:
      rounded = try wholeNetwork(nearest, error, teacher, store, onProgress)
    }
    func loss(_ graph: Graph) throws -> Double {
      try error.measure(
        graph, teacher, images: store, input: input, batch: settings.rounding.batch, batches: 8,
        pool: pool)
    }
    return CalibrationResult(
      graph: rounded, hessian: hessian, weights: zip(points, weights).map { ($0.layer, $1) },
      nearestLoss: try loss(nearest), loss: try loss(rounded),
      changedWeights: try SoftlyRoundedNetwork(nearest).changedPart(in: rounded))
  }

  private func wholeNetwork(
    _ nearest: Graph, _ error: DistillationError, _ teacher: TeacherOutputs, _ store: ExampleStore,
    _ onProgress: (CalibrationProgress) throws -> Void
  ) throws -> Graph {
    let run = try RoundingRun(
      SoftlyRoundedNetwork(nearest), error: error, teacher: teacher, images: store, input: input,
      learned: RoundingRun.Learned(
        biases: settings.learnsBiases, factors: settings.learnsSteps),
      settings: settings.rounding, streams: streams, pool: pool)
    return try run.run { iteration, loss in
      try onProgress(
        CalibrationProgress(
          iteration: iteration, iterations: settings.rounding.iterations, loss: loss, layer: nil))
    }
  }
}

extension Tensor {
  /// The first examples, all of them where there are fewer.
  fileprivate func first(_ count: Int) -> Tensor {
    let taken = min(count, shape[0])
    return Tensor(shape: Shape([taken] + shape.extents.dropFirst())) { scalars[$0] }
  }
}
