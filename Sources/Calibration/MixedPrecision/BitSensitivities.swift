public import Compression
public import Networks
public import Tensors

/// How much a network's outputs change when one operand of one layer has few bits and all else is float.
///
/// No label is asked. Weights and activations of a layer, and layers, are taken to add up: cross terms are
/// left out, as in Wang et al. 2019 and the code of EPTQ (arXiv 2309.11531).
public struct BitSensitivities: Hashable, Sendable {
  /// What is quantised of a layer.
  public enum Operand: String, Hashable, Sendable {
    /// The weights.
    case weights
    /// The input.
    case activations
  }

  /// A candidate whose sensitivity is no finite number.
  public struct LeftOut: Hashable, Sendable, CustomStringConvertible {
    /// The layer.
    public let layer: String
    /// What was quantised of it.
    public let operand: Operand
    /// To how many bits.
    public let bits: Int

    /// One sentence.
    public var description: String {
      "layer '\(layer)' with \(operand.rawValue) of \(bits) bits gives no finite outputs and is left out"
    }
  }

  /// The layers, in the order of the network.
  public let layers: [String]
  /// By layer, what its weights lose at some bits.
  public private(set) var weights: [[Int: Double]]
  /// By layer, what its input loses at some bits.
  public private(set) var activations: [[Int: Double]]
  /// The candidates without a number, in the order of the layers.
  public private(set) var leftOut: [LeftOut]

  /// Sensitivities that were measured elsewhere; those that are no finite numbers are left out.
  public init(layers: [String], weights: [[Int: Double]], activations: [[Int: Double]]) {
    self.layers = layers
    leftOut = []
    func finite(_ number: Int, _ table: [Int: Double], _ operand: Operand) -> (
      [Int: Double], [LeftOut]
    ) {
      let broken = table.filter { !$0.value.isFinite }.keys.sorted()
      return (
        table.filter { $0.value.isFinite },
        broken.map { LeftOut(layer: layers[number], operand: operand, bits: $0) }
      )
    }
    self.weights = []
    self.activations = []
    for number in layers.indices {
      let own = finite(number, weights.indices.contains(number) ? weights[number] : [:], .weights)
      let other = finite(
        number, activations.indices.contains(number) ? activations[number] : [:], .activations)
      self.weights.append(own.0)
      self.activations.append(other.0)
      leftOut += own.1 + other.1
    }
  }

  /// How sensitivities are measured.
  public struct Settings: Hashable, Sendable {
    /// What is compared.
    public var measure = SensitivityMeasure.outputs
    /// Images that are compared on, at most.
    public var images = 64
    /// Images in one pass.
    public var batch = 32
    /// How traces are estimated, for `SensitivityMeasure.hessian`.
    public var hessian = LabelFreeHessian.Settings()
    /// How ranges are chosen.
    public var clips = NetworkQuantizer.Settings(
      weightClip: .meanSquaredError, activationClip: .meanSquaredError)

    /// The defaults.
    public init() {}
  }

  /// Measures.
  ///
  /// Cost: one pass over the images for each layer and number of bits. Each layer's weights have a scale for
  /// every channel, as in `Calibrator`.
  ///
  /// - Parameters:
  ///   - graph: the network; see `Graph.preparedForCalibration`.
  ///   - candidates: the bits that each layer may have.
  ///   - images: images × channels × height × width, preprocessed; ranges are gathered on all of them.
  ///   - settings: how.
  ///   - streams: probes come from `hessian probes`.
  ///   - pool: the threads to use; their number changes no bit.
  ///   - onProgress: hears of every candidate with how many there are; what it throws ends the measuring.
  /// - Throws: `CalibrationError.setting` for settings without sense, `.notFinite` where the network itself
  ///   breaks down; `CompressionError` for impossible bits and images that do not fit; `GraphError` when the
  ///   network cannot be run.
  public init(
    _ graph: Graph, candidates: BitCandidates, images: Tensor, settings: Settings = Settings(),
    streams: RandomStreams, pool: WorkerPool = WorkerPool(),
    onProgress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
  ) throws {
    guard settings.images > 0, settings.batch > 0, images.shape.rank > 1, images.shape[0] > 0 else {
      throw CalibrationError.setting(
        name: "images and batch of the sensitivities", expected: "at least one",
        found: "\(settings.images) and \(settings.batch)")
    }
    let input = try graph.imageInput(
      for: Shape(Array(images.shape.extents.dropFirst())), of: "calibration images")
    let points = try graph.interestPoints()
    let part = images.examples(0..<min(settings.images, images.shape[0]))
    let traces =
      settings.measure == .hessian
      ? try LabelFreeHessian(
        graph, points: points, images: part, settings: settings.hessian, streams: streams,
        pool: pool
      ).traces.map(\.mean) : []
    var quantizer = try NetworkQuantizer(
      graph, ranges: ActivationRanges(graph, images: images, pool: pool), settings: settings.clips,
      streams: streams)
    let probes = candidates.probes(of: quantizer.layers.map(\.name))
    let parts = try OutputComparison.parts(
      settings.measure, of: graph, points: points, traces: traces)
    var sums = probes.map { _ in 0.0 }
    let batches = stride(from: 0, to: part.shape[0], by: settings.batch).map {
      $0..<min($0 + settings.batch, part.shape[0])
    }
    for (number, batch) in batches.enumerated() {
      let comparison = try OutputComparison(
        graph, parts: parts, images: ExampleStore(images: part.examples(batch), input: input),
        input: input, pool: pool)
      for (position, probe) in probes.enumerated() {
        let changed = try quantizer.quantized([probe.quantization])
        sums[position] += Double(batch.count) * (try comparison.distance(of: changed))
        try onProgress(number * probes.count + position + 1, batches.count * probes.count)
      }
    }
    let losses = sums.map { $0 / Double(part.shape[0]) }
    self.init(layers: quantizer.layers.map(\.name), probes: probes, losses: losses)
  }

  private init(layers: [String], probes: [BitCandidates.Probe], losses: [Double]) {
    var tables: [Operand: [[Int: Double]]] = [
      .weights: layers.map { _ in [:] }, .activations: layers.map { _ in [:] },
    ]
    for (probe, loss) in zip(probes, losses) {
      tables[probe.operand]?[probe.layer][probe.bits] = loss
    }
    self.init(
      layers: layers, weights: tables[.weights] ?? [], activations: tables[.activations] ?? [])
  }
}

extension Tensor {
  /// Some examples.
  func examples(_ range: Range<Int>) -> Tensor {
    let size = scalars.count / max(shape[0], 1)
    let first = range.lowerBound * size
    return Tensor(shape: Shape([range.count] + shape.extents.dropFirst())) { scalars[first + $0] }
  }
}
