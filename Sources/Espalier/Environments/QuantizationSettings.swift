public import Compression
public import CompressionEnvironments
import CompressionPolicies

/// How bits are searched: the field `quantization` of an environment of kind `haq`.
public struct QuantizationSettings: Equatable, Sendable {
  /// How a candidate that costs too much is brought to the budget.
  public enum Rule: String, CaseIterable, Sendable {
    /// What costs the least loss for what it saves is lowered first.
    case sensitivity
    /// The published code's: from the last layer to the first by one.
    case sequential
  }

  /// How an action in 0…1 is mapped to bits.
  public enum ActionMap: String, CaseIterable, Sendable {
    /// What the budget rule suggests lies in the middle.
    case suggestion
    /// Bins of equal width, as in the paper.
    case equalBins
  }

  /// A short training of every candidate before it is measured.
  public struct EpisodeTrainingRule: Equatable, Sendable {
    /// The number of steps.
    public var steps: Int
    /// The learning rate at the start; half a cosine takes it to 0.
    public var learningRate: Double

    /// A rule.
    public init(steps: Int, learningRate: Double = 0.001) {
      self.steps = steps
      self.learningRate = learningRate
    }
  }

  /// Which bits there are and what is pinned; where bits are left open, those that the device has.
  public var rules: BitRules
  /// How ranges are clipped.
  public var clips: NetworkQuantizer.Settings
  /// Whether normalisations follow the quantised weights.
  public var normalization: PruningSettings.Normalization
  /// How candidates meet the budget.
  public var budgetRule: Rule
  /// How actions are mapped to bits.
  public var actionMap: ActionMap
  /// Calibration images that sensitivities are measured on.
  public var sensitivityImages: Int
  /// How often sensitivities are measured again around what the budget rule makes of them.
  public var sensitivityRounds: Int
  /// How every candidate is trained before it is measured; nil measures it as it is quantised.
  public var episodeTraining: EpisodeTrainingRule?

  /// The names of the fields.
  static let fields = [
    "quantizer", "granularity", "weightBits", "activationBits", "firstBits", "lastBits",
    "weightClip", "activationClip", "normalization", "budgetRule", "actionMap",
    "sensitivityImages", "sensitivityRounds", "episodeTraining",
  ]
}

extension QuantizationSettings: JSONRepresentable {
  /// Reads the field.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: Self.fields)
    rules = BitRules()
    rules.quantizer = try reader.choice("quantizer", default: .linear)
    rules.granularity = try reader.choice(
      "granularity", default: rules.quantizer == .kMeans ? .tensor : .channel)
    rules.weightBits = try reader.bits("weightBits", default: rules.weightBits)
    rules.activationBits = try reader.bits("activationBits", default: rules.activationBits)
    rules.firstBits = try reader.pin("firstBits")
    rules.lastBits = try reader.pin("lastBits")
    clips = NetworkQuantizer.Settings()
    clips.weightClip = try reader.choice("weightClip", default: clips.weightClip)
    clips.activationClip = try reader.choice("activationClip", default: clips.activationClip)
    normalization = try reader.choice("normalization", default: .keep)
    budgetRule = try reader.choice("budgetRule", default: .sensitivity)
    actionMap = try reader.choice("actionMap", default: .suggestion)
    sensitivityImages = try reader.positive("sensitivityImages", default: 256)
    sensitivityRounds = try reader.rounds("sensitivityRounds", default: 2)
    episodeTraining = try reader.readIfPresent("episodeTraining")
  }

  /// Every field; 0 stands for a first or last layer that is decided about.
  public var json: JSONValue {
    .object(omittingNil: [
      "quantizer": rules.quantizer.rawValue.json, "granularity": rules.granularity.rawValue.json,
      "weightBits": rules.weightBits.json, "activationBits": rules.activationBits.json,
      "firstBits": (rules.firstBits ?? 0).json, "lastBits": (rules.lastBits ?? 0).json,
      "weightClip": clips.weightClip.rawValue.json,
      "activationClip": clips.activationClip.rawValue.json,
      "normalization": normalization.rawValue.json, "budgetRule": budgetRule.rawValue.json,
      "actionMap": actionMap.rawValue.json, "sensitivityImages": sensitivityImages.json,
      "sensitivityRounds": sensitivityRounds.json,
      "episodeTraining": episodeTraining?.json,
    ])
  }
}

extension QuantizationSettings.EpisodeTrainingRule: JSONRepresentable {
  /// Reads the fields; the learning rate may be left out.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["steps", "learningRate"])
    let _: Int = try reader.read("steps")
    self.init(steps: try reader.positive("steps", default: 1))
    learningRate = try reader.readIfPresent("learningRate") ?? learningRate
    guard learningRate > 0, learningRate <= 1000 else {
      throw .wrongType(
        path: reader.path.appending("learningRate"), expected: "a number above 0 and up to 1000",
        found: "\(learningRate)")
    }
  }

  /// Both fields.
  public var json: JSONValue { ["steps": steps.json, "learningRate": learningRate.json] }
}

extension JSONReader {
  /// A list of bits from 1 to 8, put in rising order.
  fileprivate func bits(_ key: String, default value: [Int]) throws(JSONError) -> [Int] {
    let found: [Int] = try readIfPresent(key) ?? value
    guard !found.isEmpty, found.allSatisfy({ (1...8).contains($0) }) else {
      throw .wrongType(
        path: path.appending(key), expected: "a list of bits from 1 to 8", found: "\(found)")
    }
    return Set(found).sorted()
  }

  /// A small number of repetitions; 0 does it never again.
  fileprivate func rounds(_ key: String, default value: Int) throws(JSONError) -> Int {
    let found: Int = try readIfPresent(key) ?? value
    guard (0...100).contains(found) else {
      throw .wrongType(
        path: path.appending(key), expected: "an integer from 0 to 100", found: "\(found)")
    }
    return found
  }

  /// The bits of a pinned layer; 0 decides about it.
  fileprivate func pin(_ key: String) throws(JSONError) -> Int? {
    let found: Int = try readIfPresent(key) ?? 8
    guard (0...8).contains(found) else {
      throw .wrongType(
        path: path.appending(key), expected: "bits from 1 to 8, or 0 to decide about the layer",
        found: "\(found)")
    }
    return found == 0 ? nil : found
  }
}
