import Compression
import CompressionEnvironments
import CompressionPolicies
import Datasets
import Networks
import Tensors
import Units

/// Quantises a network as a policy says, with ranges and statistics from the images that the search had.
///
/// Linear weights and activations come as `FakeQuantize` nodes, k-means weights as initializers: what the
/// search wrote to `compressed.onnx`.
struct BitApplication {
  private let policy: CompressionPolicy
  private let data: String?
  private let preprocessing: Preprocessing?
  private let pool: WorkerPool

  /// An application.
  ///
  /// - Parameters:
  ///   - data: the data that the search used; only bits of activations and re-estimated statistics need them.
  ///   - preprocessing: how pixels become numbers; nil takes what the policy says.
  init(
    _ policy: CompressionPolicy, data: String?, preprocessing: Preprocessing?, pool: WorkerPool
  ) {
    self.policy = policy
    self.data = data
    self.preprocessing = preprocessing
    self.pool = pool
  }

  /// Whether ranges of activations or statistics of normalisations follow from images.
  var needsImages: Bool {
    policy.quantization?.asksForStatistics ?? false
      || policy.layers.contains { $0.activationBits.map { $0.value < untouched } ?? false }
  }

  private var untouched: Int { LayerQuantization.untouched }

  /// Finds what does not fit before anything is computed.
  ///
  /// - Parameter graph: the network as it came.
  /// - Throws: `CompressionError.policyMismatch` for a layer that is not there or of another operator, and
  ///   for indices in a policy that does not say how channels were cut; `CompressionError.setting` for
  ///   impossible bits; `EspalierError.setting` for data that are needed and not given.
  func check(_ graph: Graph) throws {
    if policy.pruning == nil {
      for layer in policy.layers
      where layer.keptInputIndices != nil || layer.keptOutputIndices != nil {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: "decisions about bits alone", found: "kept channels")
      }
    }
    for quantization in try quantizations(of: graph) { try quantization.validate() }
    if needsImages, data == nil { throw Self.noData }
  }

  private static let noData = EspalierError.setting(
    name: "--data",
    expected: "the data of the search, since ranges of activations follow from its images",
    found: "none")

  /// The quantised network.
  ///
  /// - Parameter graph: the network as it came, or cut.
  /// - Throws: as `check(_:)`; `CompressionError.policyMismatch` for MACs that are not the policy's;
  ///   `EspalierError.setting` for other images than those of the search.
  func apply(to graph: Graph) throws -> Graph {
    let record = try record
    let settings = try NetworkQuantizer.Settings(record)
    let quantizations = try quantizations(of: graph)
    let streams = RandomStreams(seed: UInt64(policy.search.seed))
    let quantized: Graph
    let cost: NetworkCost
    if needsImages {
      guard let data else { throw Self.noData }
      let images = try CalibrationImages(record.calibration, seed: policy.search.seed).tensor(
        data, preprocessing: preprocessing)
      let candidates = try QuantizedCandidates(
        graph, images: images, settings: settings,
        normalization: record.asksForStatistics ? .reestimate : .keep, streams: streams, pool: pool)
      quantized = try candidates.network(quantizations, form: .nodes)
      cost = try NetworkCost(candidates.graph)
    } else {
      var quantizer = try NetworkQuantizer(
        graph, ranges: ActivationRanges(histograms: [:]), settings: settings, streams: streams)
      quantized = try quantizer.quantized(quantizations, form: .nodes)
      cost = try NetworkCost(quantizer.graph)
    }
    try policy.check(cost)
    return quantized
  }

  private var record: CompressionPolicy.Quantization {
    get throws(EspalierError) {
      guard let record = policy.quantization else {
        throw .setting(
          name: "quantization", expected: "how weights and activations were quantised",
          found: "nothing in a policy with bits")
      }
      return record
    }
  }

  /// What the policy says of each layer.
  private func quantizations(of graph: Graph) throws -> [LayerQuantization] {
    let operators = Dictionary(
      try graph.quantizableLayers().map { ($0.name, $0.operatorType) },
      uniquingKeysWith: { first, _ in first })
    let granularity: LayerQuantization.Granularity = try .named(
      record.granularity, "quantization.granularity")
    return try policy.layers.filter {
      $0.weightBits != nil || $0.activationBits != nil
    }.map { layer in
      guard let operatorType = operators[layer.name] else {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: "a layer of that name with constant weights", found: "none")
      }
      guard operatorType == layer.operator else {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: layer.operator, found: operatorType)
      }
      return LayerQuantization(
        layer: layer.name, weightBits: layer.weightBits?.value ?? untouched,
        activationBits: layer.activationBits?.value ?? untouched,
        quantizer: try layer.quantizer.map { try .named($0, "quantizer of '\(layer.name)'") }
          ?? .linear,
        granularity: granularity)
    }
  }
}

extension CompressionPolicy {
  /// Whether bits were decided.
  var decidesBits: Bool {
    quantization != nil
      || layers.contains { $0.weightBits != nil || $0.activationBits != nil }
  }
}

extension CompressionPolicy.Quantization {
  /// Whether running statistics were computed anew.
  fileprivate var asksForStatistics: Bool { (normalization ?? "keep") != "keep" }
}

extension NetworkQuantizer.Settings {
  /// How ranges were clipped.
  fileprivate init(_ record: CompressionPolicy.Quantization) throws {
    self.init(
      weightClip: try .named(record.weightClip, "quantization.weightClip"),
      activationClip: try .named(record.activationClip, "quantization.activationClip"))
  }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
  /// The value of a name in a policy.
  fileprivate static func named(_ text: String, _ field: String) throws(EspalierError) -> Self {
    guard let value = Self(rawValue: text) else {
      throw .setting(
        name: field, expected: allCases.map(\.rawValue).joined(separator: ", "),
        found: "'\(text)'")
    }
    return value
  }
}
