import Units

/// What was decided about one layer; what was not decided is nil.
public struct LayerPolicy: Equatable, Sendable {
  /// The name of the ONNX node.
  public var name: String
  /// The ONNX operator, for example `Conv`.
  public var `operator`: String
  /// The number of input channels before pruning.
  public var inputChannels: Int?
  /// The number of input channels kept.
  public var keptInputChannels: Int?
  /// The fraction of input channels kept, as executed: `keptInputChannels / inputChannels`.
  public var keepRatio: Double?
  /// The input channels kept, ascending, counted from 0.
  public var keptInputIndices: [Int]?
  /// The number of output channels before pruning.
  public var outputChannels: Int?
  /// The number of output channels kept.
  public var keptOutputChannels: Int?
  /// The output channels kept, ascending, counted from 0.
  public var keptOutputIndices: [Int]?
  /// The fraction of single weights that are not zero.
  public var density: Double?
  /// The bits of a weight.
  public var weightBits: BitWidth?
  /// The bits of an input activation.
  public var activationBits: BitWidth?
  /// The name of the quantiser, for example `linear`.
  public var quantizer: String?

  /// A layer about which nothing is decided yet.
  public init(name: String, operator: String) {
    self.name = name
    self.operator = `operator`
  }

  /// Sets the decision about the input channels: kept indices, their count and the ratio.
  public mutating func keepInputs(_ indices: [Int], of channels: Int) {
    inputChannels = channels
    keptInputChannels = indices.count
    keepRatio = Double(indices.count) / Double(channels)
    keptInputIndices = indices
  }

  /// Sets the decision about the output channels: kept indices and their count.
  public mutating func keepOutputs(_ indices: [Int], of channels: Int) {
    outputChannels = channels
    keptOutputChannels = indices.count
    keptOutputIndices = indices
  }
}

extension LayerPolicy: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: [
        "name", "operator", "inputChannels", "keptInputChannels", "keepRatio", "keptInputIndices",
        "outputChannels", "keptOutputChannels", "keptOutputIndices", "density", "weightBits",
        "activationBits", "quantizer",
      ])
    self.init(name: try reader.read("name"), operator: try reader.read("operator"))
    inputChannels = try reader.readIfPresent("inputChannels")
    keptInputChannels = try reader.readIfPresent("keptInputChannels")
    keepRatio = try reader.readIfPresent("keepRatio")
    keptInputIndices = try reader.readIfPresent("keptInputIndices")
    outputChannels = try reader.readIfPresent("outputChannels")
    keptOutputChannels = try reader.readIfPresent("keptOutputChannels")
    keptOutputIndices = try reader.readIfPresent("keptOutputIndices")
    density = try reader.readIfPresent("density")
    weightBits = try reader.readIfPresent("weightBits")
    activationBits = try reader.readIfPresent("activationBits")
    quantizer = try reader.readIfPresent("quantizer")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "name": name.json,
      "operator": `operator`.json,
      "inputChannels": inputChannels?.json,
      "keptInputChannels": keptInputChannels?.json,
      "keepRatio": keepRatio?.json,
      "keptInputIndices": keptInputIndices?.json,
      "outputChannels": outputChannels?.json,
      "keptOutputChannels": keptOutputChannels?.json,
      "keptOutputIndices": keptOutputIndices?.json,
      "density": density?.json,
      "weightBits": weightBits?.json,
      "activationBits": activationBits?.json,
      "quantizer": quantizer?.json,
    ])
  }
}
