public import CompressionPolicies

/// What fine-tuning came to: `fine-tuning.json` of a run directory.
public struct FineTuningRecord: Equatable, Sendable {
  /// One of the best candidates of the search.
  public struct Finalist: Equatable, Sendable {
    /// The episode that measured it, from 0.
    public let episode: Int
    /// Its widths, one for each decision.
    public let widths: [Int]
    /// Its reward in the search.
    public let reward: Double
    /// Its top-1 on the validation images in the search: percent.
    public let validation: Double
    /// The same after the epochs that all finalists are trained for.
    public let fineTunedValidation: Double
  }

  /// The settings that were followed.
  public let settings: FineTuningSettings
  /// The finalists, the best of the search first.
  public let finalists: [Finalist]
  /// The position among them of the one that was best after training, the first of equals.
  public let survivor: Int
  /// Its top-1 on the validation images after all epochs: percent.
  public let validation: Double
  /// Its top-1 on the test images after all epochs, where there are any: percent.
  public let top1: Double?
  /// The original network's top-1 on the test images after as many epochs of the same training.
  public let originalTop1: Double?
}

extension FineTuningRecord: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    settings = try reader.read("settings")
    finalists = try reader.read("finalists")
    survivor = try reader.read("survivor")
    guard finalists.indices.contains(survivor) else {
      throw .wrongType(
        path: reader.path.appending("survivor"), expected: "the position of a finalist",
        found: "\(survivor)")
    }
    validation = try reader.read("validation")
    top1 = try reader.readIfPresent("top1")
    originalTop1 = try reader["original"]?.readIfPresent("top1")
  }

  /// Every field that is known.
  public var json: JSONValue {
    .object(omittingNil: [
      "settings": settings.json, "finalists": finalists.json, "survivor": survivor.json,
      "validation": validation.json, "top1": top1?.json,
      "original": originalTop1.map { ["top1": $0.json] },
    ])
  }
}

extension FineTuningRecord.Finalist: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    episode = try reader.read("episode")
    widths = try reader.read("widths")
    reward = try reader.read("reward")
    validation = try reader.read("validation")
    fineTunedValidation = try reader.read("fineTunedValidation")
  }

  /// Every field.
  public var json: JSONValue {
    [
      "episode": episode.json, "widths": widths.json, "reward": reward.json,
      "validation": validation.json, "fineTunedValidation": fineTunedValidation.json,
    ]
  }
}

/// What fine-tuning tells after each epoch.
public struct FineTuningProgress: Equatable, Sendable {
  /// What is being trained: `candidate 1/3`, `the best candidate` or `the original network`.
  public let network: String
  /// How its training goes.
  public let training: TrainingProgress
}
