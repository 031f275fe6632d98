extension CompressionPolicy {
  /// How weights and activations were quantised; the bits stand with the layers.
  public struct Quantization: Equatable, Sendable {
    /// What shares a scale of linear weights: `tensor` or `channel`.
    public var granularity: String
    /// The name of the rule that clips weights, for example `mse`.
    public var weightClip: String
    /// The name of the rule that clips activations.
    public var activationClip: String
    /// What became of the running statistics of normalizations, where they did not stay: `reestimate`.
    public var normalization: String?
    /// The data that ranges and statistics were gathered on.
    public var calibration: Calibration

    /// A quantisation of its parts.
    public init(
      granularity: String, weightClip: String, activationClip: String,
      normalization: String? = nil, calibration: Calibration
    ) {
      self.granularity = granularity
      self.weightClip = weightClip
      self.activationClip = activationClip
      self.normalization = normalization
      self.calibration = calibration
    }
  }
}

extension CompressionPolicy.Quantization: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: ["granularity", "weightClip", "activationClip", "normalization", "calibration"])
    granularity = try reader.read("granularity")
    weightClip = try reader.read("weightClip")
    activationClip = try reader.read("activationClip")
    normalization = try reader.readIfPresent("normalization")
    calibration = try reader.read("calibration")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "granularity": granularity.json, "weightClip": weightClip.json,
      "activationClip": activationClip.json, "normalization": normalization?.json,
      "calibration": calibration.json,
    ])
  }
}
