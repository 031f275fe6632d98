public import CompressionPolicies

/// What one stage of a search for densities came to: `stage.json` of its folder, and an entry of the
/// run's `stages.json`.
public struct StageRecord: Equatable, Sendable {
  /// The overall density that was asked for.
  public let density: Double
  /// The episode that measured the best candidate, from 0.
  public let episode: Int
  /// The weights that it keeps of each layer.
  public let weights: [Int]
  /// All weights of those layers.
  public let of: Int
  /// Its reward.
  public let reward: Double
  /// Its top-1 on the validation images, without training: percent.
  public let validation: Double
  /// The same after fine-tuning; nil where there was none.
  public let fineTunedValidation: Double?

  /// The weights that it keeps in all.
  public var kept: Int { weights.reduce(0, +) }
}

extension StageRecord: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    density = try reader.read("density")
    episode = try reader.read("episode")
    weights = try reader.read("weights")
    of = try reader.read("of")
    reward = try reader.read("reward")
    validation = try reader.read("validation")
    fineTunedValidation = try reader.readIfPresent("fineTunedValidation")
  }

  /// Every field that is known.
  public var json: JSONValue {
    .object(omittingNil: [
      "density": density.json, "episode": episode.json, "weights": weights.json, "of": of.json,
      "kept": kept.json, "reward": reward.json, "validation": validation.json,
      "fineTunedValidation": fineTunedValidation?.json,
    ])
  }
}

/// `stages.json` of a run: its stages, and what stands on the test images at its end.
struct StagesRecord: Equatable, JSONRepresentable {
  let stages: [StageRecord]
  /// Top-1 of the last stage's network after fine-tuning, where there are test images: percent.
  let top1: Double?
  /// Top-1 of the original network after as many epochs of the same training.
  let originalTop1: Double?

  init(stages: [StageRecord], top1: Double?, originalTop1: Double?) {
    self.stages = stages
    self.top1 = top1
    self.originalTop1 = originalTop1
  }

  init(_ reader: JSONReader) throws(JSONError) {
    stages = try reader.read("stages")
    top1 = try reader.readIfPresent("top1")
    originalTop1 = try reader["original"]?.readIfPresent("top1")
  }

  var json: JSONValue {
    .object(omittingNil: [
      "stages": stages.json, "top1": top1?.json, "original": originalTop1.map { ["top1": $0.json] },
    ])
  }
}
