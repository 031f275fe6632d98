extension CompressionPolicy {
  /// How channels were chosen, and how the remaining weights were made to take over.
  public struct Pruning: Equatable, Sendable {
    /// The name of the rule that ranks channels, for example `l1`.
    public var criterion: String
    /// The name of the way weights were reconstructed, for example `sequential`; `none` where they
    /// were not.
    public var reconstruction: String
    /// The layers that were solved for: `cut` or `all`.
    public var refit: String?
    /// The ridge that was added to the second moments of the least-squares problem.
    public var ridge: Double?
    /// What became of the running statistics of normalizations, where they did not stay:
    /// `reestimate`.
    public var normalization: String?
    /// The data that was looked at; only a pruning that changes no weight can do without.
    public var calibration: Calibration?
    /// The overall density after each stage, where single weights were pruned.
    public var stages: [Double]?
    /// Whether the network was trained between stages and after the last.
    public var fineTuned: Bool?

    /// A pruning of its parts.
    public init(
      criterion: String, reconstruction: String, refit: String? = nil, ridge: Double? = nil,
      normalization: String? = nil, calibration: Calibration? = nil, stages: [Double]? = nil,
      fineTuned: Bool? = nil
    ) {
      self.criterion = criterion
      self.reconstruction = reconstruction
      self.refit = refit
      self.ridge = ridge
      self.normalization = normalization
      self.calibration = calibration
      self.stages = stages
      self.fineTuned = fineTuned
    }

    /// Whether running statistics were computed anew.
    public var asksForStatistics: Bool { (normalization ?? "keep") != "keep" }
  }

  /// The data that the criterion, reconstruction and statistics looked at.
  public struct Calibration: Equatable, Sendable {
    /// The data set, as a scheme and options without its folder.
    public var data: String
    /// The number of images.
    public var images: Int
    /// The SHA-256 of the images' pixels, in hexadecimal.
    public var sha256: String?
    /// The number of positions sampled of each feature map, where it was not all of them.
    public var positions: Int?
    /// How pixels became numbers, where the data are pixels.
    public var preprocessing: PreprocessingRecord?
    /// The seed of the sampling, not negative.
    public var seed: Int

    /// Calibration data of its parts.
    public init(
      data: String, images: Int, sha256: String? = nil, positions: Int? = nil,
      preprocessing: PreprocessingRecord? = nil,
      seed: Int
    ) {
      self.data = data
      self.images = images
      self.sha256 = sha256
      self.positions = positions
      self.preprocessing = preprocessing
      self.seed = seed
    }
  }
}

extension CompressionPolicy.Pruning: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: [
        "criterion", "reconstruction", "refit", "ridge", "normalization", "calibration", "stages",
        "fineTuned",
      ])
    criterion = try reader.read("criterion")
    reconstruction = try reader.read("reconstruction")
    refit = try reader.readIfPresent("refit")
    ridge = try reader.readIfPresent("ridge")
    normalization = try reader.readIfPresent("normalization")
    calibration = try reader.readIfPresent("calibration")
    stages = try reader.readIfPresent("stages")
    fineTuned = try reader.readIfPresent("fineTuned")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "criterion": criterion.json, "reconstruction": reconstruction.json, "refit": refit?.json,
      "ridge": ridge?.json, "normalization": normalization?.json,
      "calibration": calibration?.json, "stages": stages?.json, "fineTuned": fineTuned?.json,
    ])
  }
}

extension CompressionPolicy.Calibration: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: [
      "data", "images", "sha256", "positions", "preprocessing", "seed",
    ])
    data = try reader.read("data")
    images = try reader.read("images")
    sha256 = try reader.readIfPresent("sha256")
    positions = try reader.readIfPresent("positions")
    preprocessing = try reader.readIfPresent("preprocessing")
    seed = try reader.read("seed")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "data": data.json, "images": images.json, "sha256": sha256?.json,
      "positions": positions?.json,
      "preprocessing": preprocessing?.json, "seed": seed.json,
    ])
  }
}
