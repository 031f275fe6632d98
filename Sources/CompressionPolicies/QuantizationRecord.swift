extension CompressionPolicy {
  /// How weights and activations were quantised; the bits stand with the layers.
  public struct Quantization: Equatable, Sendable {
    /// What shares a scale of linear weights: `tensor` or `channel`.
    public var granularity: String
    /// The name of the rule that clips weights, for example `meanSquaredError`.
    public var weightClip: String
    /// The name of the rule that clips activations.
    public var activationClip: String
    /// What became of the running statistics of normalizations, where they did not stay: `reestimate`.
    public var normalization: String?
    /// The data that ranges and statistics were gathered on.
    public var calibration: Calibration
    /// The short training that every candidate of the search had before it was measured.
    public var episodeTraining: EpisodeTraining?

    /// A quantisation of its parts.
    public init(
      granularity: String, weightClip: String, activationClip: String,
      normalization: String? = nil, calibration: Calibration,
      episodeTraining: EpisodeTraining? = nil
    ) {
      self.granularity = granularity
      self.weightClip = weightClip
      self.activationClip = activationClip
      self.normalization = normalization
      self.calibration = calibration
      self.episodeTraining = episodeTraining
    }
  }

  /// A short training with quantised weights and activations.
  public struct EpisodeTraining: Equatable, Sendable {
    /// The number of steps, at least one.
    public var steps: Int
    /// The learning rate at the start.
    public var learningRate: Double

    /// A training of its parts.
    public init(steps: Int, learningRate: Double) {
      self.steps = steps
      self.learningRate = learningRate
    }
  }
}

extension CompressionPolicy.EpisodeTraining: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["steps", "learningRate"])
    steps = try reader.read("steps")
    learningRate = try reader.read("learningRate")
  }

  /// The fields.
  public var json: JSONValue { ["steps": steps.json, "learningRate": learningRate.json] }
}

extension CompressionPolicy.Quantization: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: [
        "granularity", "weightClip", "activationClip", "normalization", "calibration",
        "episodeTraining",
      ])
    granularity = try reader.read("granularity")
    weightClip = try reader.read("weightClip")
    activationClip = try reader.read("activationClip")
    normalization = try reader.readIfPresent("normalization")
    calibration = try reader.read("calibration")
    episodeTraining = try reader.readIfPresent("episodeTraining")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "granularity": granularity.json, "weightClip": weightClip.json,
      "activationClip": activationClip.json, "normalization": normalization?.json,
      "calibration": calibration.json, "episodeTraining": episodeTraining?.json,
    ])
  }
}
