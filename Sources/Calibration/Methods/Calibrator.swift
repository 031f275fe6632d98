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
    try settings.validate(images: images.shape[0])
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
  ///   - state: where an earlier calibration with the same settings, choices and images stopped.
  ///   - onProgress: hears of every iteration; what it throws ends the calibration.
  ///   - onState: called after every iteration with what gives the state to go on from; what it throws ends
  ///     the calibration.
  /// - Throws: `CalibrationError`; `CompressionError` for impossible bits, layers that are not there and
  ///   values that are no finite numbers; `GraphError` when the network cannot be run.
  public func calibrate(
    _ choices: [LayerQuantization], from state: CalibrationState? = nil,
    onProgress: (CalibrationProgress) throws -> Void = { _ in },
    onState: (_ state: @escaping () -> CalibrationState) throws -> Void = { _ in }
  ) throws -> CalibrationResult {
    for choice in choices where choice.quantizer != .linear && choice.weightBits < 32 {
      throw CalibrationError.layer(
        name: choice.layer, expected: "linearly quantised weights",
        found: "'\(choice.quantizer.rawValue)'")
    }
    let store = ExampleStore(images: images, input: input)
    let targets = try DistillationTargets(graph)
    // Before ranges are looked for, so that a value that is no number is named with its layer.
    let teacher = try TeacherOutputs(
      graph, points: targets.all, images: store, input: input, batch: settings.rounding.batch,
      limit: settings.rounding.cacheLimit, pool: pool)
    var quantizer = try NetworkQuantizer(
      graph, ranges: ActivationRanges(graph, images: images, pool: pool), settings: settings.clips,
      streams: streams)
    let nearest = try quantizer.quantized(choices, form: .nodes)
    guard !targets.points.isEmpty, try !SoftlyRoundedNetwork(nearest).layers.isEmpty else {
      throw CalibrationError.nothingQuantized
    }
    try checkZeros(nearest)
    let (hessian, error) = try targets.error(
      graph, images: images, teacher: teacher, settings: settings, streams: streams, pool: pool)
    let rounding = NetworkRounding(
      original: graph, nearest: nearest, error: error, teacher: teacher, images: store,
      input: input, settings: settings, learnsActivations: learnsActivations(choices),
      streams: streams, pool: pool)
    let rounded = try rounding.run(from: state ?? CalibrationState()) { progress, state in
      try onProgress(progress)
      try onState(state)
    }
    func loss(_ graph: Graph) throws -> Double {
      try error.measure(
        graph, teacher, images: store, input: input, batch: settings.rounding.batch, batches: 8,
        pool: pool)
    }
    return CalibrationResult(
      graph: rounded, hessian: hessian,
      weights: error.points.prefix(targets.points.count).map { ($0.point.layer, $0.weight) },
      nearestLoss: try loss(nearest), loss: try loss(rounded),
      changedWeights: try SoftlyRoundedNetwork(nearest).changedPart(in: rounded))
  }

  /// - Throws: `CalibrationError.layer` for an activation on the levels −1 and 1: padding with zeros has no
  ///   place on them, and no file format has words for it.
  private func checkZeros(_ quantized: Graph) throws {
    for node in quantized.nodes where quantized.initializers[node.inputs.first ?? ""] == nil {
      guard let (levels, _) = try quantized.quantizer(of: node), levels.isBinary else { continue }
      throw CalibrationError.layer(
        name: quantized.consumers(of: node.outputs[0]).first?.name ?? node.name,
        expected: "2 bits or more for an input with negative values", found: "1 bit")
    }
  }

  private func learnsActivations(_ choices: [LayerQuantization]) -> Bool {
    settings.learnsActivations ?? choices.contains { $0.activationBits < 6 }
  }
}
