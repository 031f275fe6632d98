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

  /// The quantised network.
  ///
  /// - Parameter graph: the network as it came.
  /// - Throws: `CompressionError.policyMismatch` for a layer that is not there, of another operator or with
  ///   decisions about channels besides, and for MACs that are not the policy's;
  ///   `CompressionError.setting` for impossible bits, `EspalierError.setting` for data that are needed and
  ///   not given or are others.
  func apply(to graph: Graph) throws -> Graph {
    guard let record = policy.quantization else {
      throw EspalierError.setting(
        name: "quantization", expected: "how weights and activations were quantised",
        found: "nothing in a policy with bits")
    }
    let settings = try NetworkQuantizer.Settings(record)
    let quantizations = try quantizations(of: graph, record)
    let streams = RandomStreams(seed: UInt64(policy.search.seed))
    let quantized: Graph
    let cost: NetworkCost
    if needsImages {
      guard let data else {
        throw EspalierError.setting(
          name: "--data",
          expected: "the data of the search, since ranges of activations follow from its images",
          found: "none")
      }
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

  /// What the policy says of each layer.
  private func quantizations(
    of graph: Graph, _ record: CompressionPolicy.Quantization
  ) throws -> [LayerQuantization] {
    let operators = Dictionary(
      try graph.quantizableLayers().map { ($0.name, $0.operatorType) },
      uniquingKeysWith: { first, _ in first })
    let granularity: LayerQuantization.Granularity = try .named(
      record.granularity, "quantization.granularity")
    return try policy.layers.map { layer in
      try layer.refuseWhatAreNotBits()
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

extension LayerPolicy {
  /// Refuses decisions that quantising does not carry out.
  fileprivate func refuseWhatAreNotBits() throws(CompressionError) {
    let others: [(String, Bool)] = [
      ("keptInputIndices", keptInputIndices != nil),
      ("keptOutputIndices", keptOutputIndices != nil),
      ("density", (density ?? 1) < 1),
    ]
    for (field, isThere) in others where isThere {
      throw .policyMismatch(
        layer: name, expected: "decisions about bits alone", found: "'\(field)'")
    }
  }
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
