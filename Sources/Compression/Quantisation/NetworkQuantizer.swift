public import Networks
public import Tensors

/// Makes quantised candidates of one network.
///
/// Scales and quantised weights are kept for each layer, bits and method, so that a candidate whose
/// layers were all seen before costs a few copies. Biases and normalisations stay floats. A value that
/// several layers read with the same bits passes one quantiser; what an Add reads of it is not quantised.
public struct NetworkQuantizer: Sendable {
  /// How candidates are made, the same for all of them.
  public struct Settings: Hashable, Sendable {
    /// How weights' ranges are chosen.
    public var weightClip: ClipMethod
    /// How activations' ranges are chosen.
    public var activationClip: ClipMethod

    /// Settings.
    public init(
      weightClip: ClipMethod = .meanCubedError,
      activationClip: ClipMethod = .meanSquaredError
    ) {
      self.weightClip = weightClip
      self.activationClip = activationClip
    }
  }

  /// How a candidate holds linearly quantised weights.
  public enum WeightForm: Hashable, Sendable {
    /// As initializers that are quantised: to be measured.
    case values
    /// As the original initializers, each behind a `FakeQuantize`: to be trained through straight-through
    /// gradients, or exported with whole numbers. It computes the same.
    case nodes
  }

  /// The network that candidates are made of; no two nodes share a constant.
  public let graph: Graph
  /// The layers that can be quantised, in the order of the graph.
  public let layers: [QuantizableLayer]
  /// How the values that layers read are spread.
  public let ranges: ActivationRanges
  /// How candidates are made.
  public let settings: Settings
  private let streams: RandomStreams
  private var weights: [WeightKey: QuantizedWeights] = [:]
  private var scales: [EdgeKey: Float] = [:]

  private struct WeightKey: Hashable {
    let layer: String
    let bits: Int
    let quantizer: LayerQuantization.Quantizer
    let granularity: LayerQuantization.Granularity
  }

  private struct QuantizedWeights {
    let values: TypedArray
    /// Nil for shared values.
    let linear: (levels: QuantizationLevels, scales: [Float])?
  }

  private struct EdgeKey: Hashable {
    let value: String
    let bits: Int
  }

  /// Makes a network ready to be quantised.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - ranges: gathered on it; only inputs that are quantised need one.
  ///   - settings: how candidates are made.
  ///   - streams: k-means draws from the stream `k-means <layer> <bits>`.
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public init(
    _ graph: Graph, ranges: ActivationRanges, settings: Settings = Settings(),
    streams: RandomStreams
  ) throws {
    self.graph = graph.unsharingParameters()
    layers = try self.graph.quantizableLayers()
    self.ranges = ranges
    self.settings = settings
    self.streams = streams
  }

  /// A candidate.
  ///
  /// - Parameters:
  ///   - choices: what is done to each layer; layers that are not named stay as they are.
  ///   - form: how linearly quantised weights are held; shared values are always initializers.
  /// - Returns: the network with quantised weights and a `FakeQuantize` on each quantised input.
  /// - Throws: `CompressionError.setting` for impossible bits, `.policyMismatch` for a layer that is not there
  ///   or named twice, `.data` for an input without a range.
  public mutating func quantized(
    _ choices: [LayerQuantization], form: WeightForm = .values
  ) throws -> Graph {
    let known = Dictionary(layers.map { ($0.name, $0) }) { first, _ in first }
    var seen: Set<String> = []
    var edits = GraphEdits(graph)
    for choice in choices {
      try choice.validate()
      guard let layer = known[choice.layer], seen.insert(choice.layer).inserted else {
        throw CompressionError.policyMismatch(
          layer: choice.layer, expected: "a layer of the network with weights, named once",
          found: known[choice.layer] == nil ? "no such layer" : "the name twice")
      }
      if choice.weightBits != LayerQuantization.untouched {
        try quantizeWeights(of: layer, choice, form, &edits)
      }
      if choice.activationBits != LayerQuantization.untouched {
        try quantizeInput(of: layer, bits: choice.activationBits, &edits)
      }
    }
    let result = edits.result()
    try result.validate()
    return result
  }

  // MARK: - Weights

  private mutating func quantizeWeights(
    of layer: QuantizableLayer, _ choice: LayerQuantization, _ form: WeightForm,
    _ edits: inout GraphEdits
  ) throws {
    let key = WeightKey(
      layer: layer.name, bits: choice.weightBits, quantizer: choice.quantizer,
      granularity: choice.quantizer == .kMeans ? .tensor : choice.granularity)
    let found = try weights[key] ?? make(key, layer)
    weights[key] = found
    if form == .nodes, let linear = found.linear {
      edits.insertWeightQuantizer(layer, levels: linear.levels, scales: linear.scales)
    } else {
      edits.setInitializer(layer.weight, found.values)
    }
  }

  private func make(_ key: WeightKey, _ layer: QuantizableLayer) throws -> QuantizedWeights {
    guard let tensor = graph.initializers[layer.weight]?.tensor,
      tensor.scalars.allSatisfy(\.isFinite)
    else {
      throw CompressionError.data(
        expected: "finite weights in layer '\(layer.name)'", found: "others")
    }
    if key.quantizer == .kMeans {
      var stream = streams.stream("k-means \(layer.name) \(key.bits)")
      let codebook = try KMeansQuantizer(bits: key.bits).codebook(
        of: tensor.scalars, using: &stream)
      return QuantizedWeights(
        values: TypedArray(KMeansQuantizer.quantize(tensor, codebook: codebook)), linear: nil)
    }
    let quantizer = try LinearQuantizer(
      bits: key.bits, granularity: key.granularity, clip: settings.weightClip)
    let scales = quantizer.scales(of: tensor, axis: layer.outputAxis)
    let values = quantizer.levels.quantize(tensor, scales: scales, axis: layer.outputAxis)
    return QuantizedWeights(values: TypedArray(values), linear: (quantizer.levels, scales))
  }

  // MARK: - Activations

  private mutating func quantizeInput(
    of layer: QuantizableLayer, bits: Int, _ edits: inout GraphEdits
  ) throws(CompressionError) {
    guard let histogram = ranges.histograms[layer.input],
      let levels = histogram.levels(bits: bits)
    else {
      throw .data(expected: "a range of the input of layer '\(layer.name)'", found: "none")
    }
    let key = EdgeKey(value: layer.input, bits: bits)
    let scale = scales[key] ?? histogram.scale(levels, settings.activationClip)
    scales[key] = scale
    edits.insertInputQuantizer(layer, levels: levels, scale: scale)
  }
}
