/// What a search decided, layer by layer, and what it costs: the contents of `policy.json`.
///
/// It is a plain record that anyone may fill in; `validate()` says whether it makes sense. It is
/// validated whenever it is read and whenever it is written, so that no file holds one that does
/// not. What a search did not decide is nil, and left out of the file.
public struct CompressionPolicy: Equatable, Sendable {
  /// The version of the file format that this type reads and writes.
  public static let schemaVersion = 1

  /// The name of the environment that was searched.
  public var environment: String
  /// The name of the device whose costs were counted.
  public var device: String?
  /// The network that was compressed.
  public var model: Model
  /// The search that found the policy.
  public var search: Search
  /// The figures of the network as it came.
  public var original: NetworkFigures
  /// The figures of the compressed network, as executed.
  public var compressed: NetworkFigures
  /// How channels were chosen and made up for.
  public var pruning: Pruning?
  /// How weights and activations were quantised.
  public var quantization: Quantization?
  /// The decisions, in the order of the network's layers.
  public var layers: [LayerPolicy]

  /// A policy of its parts.
  public init(
    environment: String, device: String? = nil, model: Model, search: Search,
    original: NetworkFigures, compressed: NetworkFigures, pruning: Pruning? = nil,
    quantization: Quantization? = nil, layers: [LayerPolicy]
  ) {
    self.environment = environment
    self.device = device
    self.model = model
    self.search = search
    self.original = original
    self.compressed = compressed
    self.pruning = pruning
    self.quantization = quantization
    self.layers = layers
  }
}

extension CompressionPolicy: JSONRepresentable {
  /// Reads the fields without validating what they mean.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: [
        "schemaVersion", "environment", "device", "model", "search", "original", "compressed",
        "pruning", "quantization", "layers",
      ])
    environment = try reader.read("environment")
    device = try reader.readIfPresent("device")
    model = try reader.read("model")
    search = try reader.read("search")
    original = try reader.read("original")
    compressed = try reader.read("compressed")
    pruning = try reader.readIfPresent("pruning")
    quantization = try reader.readIfPresent("quantization")
    layers = try reader.read("layers")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "schemaVersion": .integer(Self.schemaVersion),
      "environment": environment.json,
      "device": device?.json,
      "model": model.json,
      "search": search.json,
      "original": original.json,
      "compressed": compressed.json,
      "pruning": pruning?.json,
      "quantization": quantization?.json,
      "layers": layers.json,
    ])
  }
}
