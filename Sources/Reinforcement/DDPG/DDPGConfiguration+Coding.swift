extension DDPGConfiguration {
  /// The fields of JSON: the properties' names.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case hiddenLayers, actionEntry, stepInputs, criticActionHistory, outputLayerBound
    case actorLearningRate, criticLearningRate, actorLogitPenalty, criticWeightDecay
    case targetUpdateRate, discount, batchSize, replayCapacity
    case returnTarget, bootstrapSteps, twinCritics, policyDelay, targetNoise, rewardAssignment
    case replay, priorityExponent, importanceExponent, importanceAnnealingEpisodes
    case returnNormalization, baselineRate, updateTiming, updatesPerStep
    case warmupEpisodes, warmupSteps, warmupExploration, transferWarmupEpisodes, noise
  }

  /// The names of the fields, for messages.
  public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// Reads the fields that are there; the others keep their defaults.
  ///
  /// - Throws: `DecodingError` for a value of another type, `DDPGError.setting` for one out of range.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      if let found = try fields.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    try read(&hiddenLayers, .hiddenLayers)
    try read(&actionEntry, .actionEntry)
    stepInputs = try fields.decodeIfPresent(Int.self, forKey: .stepInputs)
    criticActionHistory = try fields.decodeIfPresent(Int.self, forKey: .criticActionHistory)
    try read(&outputLayerBound, .outputLayerBound)
    try read(&actorLearningRate, .actorLearningRate)
    try read(&criticLearningRate, .criticLearningRate)
    try read(&actorLogitPenalty, .actorLogitPenalty)
    try read(&criticWeightDecay, .criticWeightDecay)
    try read(&targetUpdateRate, .targetUpdateRate)
    try read(&discount, .discount)
    try read(&batchSize, .batchSize)
    try read(&replayCapacity, .replayCapacity)
    try read(&returnTarget, .returnTarget)
    try read(&bootstrapSteps, .bootstrapSteps)
    try read(&twinCritics, .twinCritics)
    try read(&policyDelay, .policyDelay)
    targetNoise = try fields.decodeIfPresent(TargetNoise.self, forKey: .targetNoise)
    try read(&replay, .replay)
    try read(&priorityExponent, .priorityExponent)
    try read(&importanceExponent, .importanceExponent)
    try read(&importanceAnnealingEpisodes, .importanceAnnealingEpisodes)
    try read(&rewardAssignment, .rewardAssignment)
    try read(&returnNormalization, .returnNormalization)
    try read(&baselineRate, .baselineRate)
    try read(&updateTiming, .updateTiming)
    try read(&updatesPerStep, .updatesPerStep)
    try read(&warmupEpisodes, .warmupEpisodes)
    try read(&warmupSteps, .warmupSteps)
    try read(&warmupExploration, .warmupExploration)
    try read(&transferWarmupEpisodes, .transferWarmupEpisodes)
    try read(&noise, .noise)
    try validate()
  }

  /// Checks that every setting is within its range, and that none contradicts another.
  ///
  /// - Throws: `DDPGError.setting` with the first one that is not.
  public func validate() throws(DDPGError) {
    for (name, value, range) in counts where !range.contains(value) {
      throw .setting(
        name: name, expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
    for (name, value, range) in numbers where !range.contains(value) {
      throw .setting(
        name: name, expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
    guard targetNoise == nil || returnTarget == .bootstrap else {
      throw .setting(
        name: "targetNoise", expected: "none, or returnTarget 'bootstrap'",
        found: "noise with returnTarget '\(returnTarget.rawValue)', which asks no target network")
    }
  }

  // The upper bounds keep networks and replay within a machine's memory.
  private var counts: [(String, Int, ClosedRange<Int>)] {
    [
      ("hiddenLayers", hiddenLayers.count, 1...16),
      ("hiddenLayers", hiddenLayers.min() ?? 1, 1...16_384),
      ("hiddenLayers", hiddenLayers.max() ?? 1, 1...16_384),
      ("batchSize", batchSize, 1...65_536), ("replayCapacity", replayCapacity, 1...10_000_000),
      ("bootstrapSteps", bootstrapSteps, 1...1_000_000),
      ("policyDelay", policyDelay, 1...1_000_000),
      ("importanceAnnealingEpisodes", importanceAnnealingEpisodes, 0...1_000_000_000),
      ("stepInputs", stepInputs ?? 0, 0...10_000),
      ("criticActionHistory", criticActionHistory ?? 0, 0...10_000),
      ("updatesPerStep", updatesPerStep, 0...1_000_000),
      ("warmupEpisodes", warmupEpisodes, 0...1_000_000_000),
      ("warmupSteps", warmupSteps, 0...1_000_000_000),
      ("transferWarmupEpisodes", transferWarmupEpisodes, 0...1_000_000_000),
      ("noise.decayEpisodes", noise.decayEpisodes, 1...1_000_000_000),
    ]
  }

  private var numbers: [(String, Double, ClosedRange<Double>)] {
    [
      ("outputLayerBound", outputLayerBound, 0...1e3),
      ("actorLearningRate", actorLearningRate, 0...1),
      ("criticLearningRate", criticLearningRate, 0...1),
      ("actorLogitPenalty", actorLogitPenalty, 0...1e3),
      ("criticWeightDecay", criticWeightDecay, 0...1e3),
      ("targetUpdateRate", targetUpdateRate, 0...1), ("discount", discount, 0...1),
      ("baselineRate", baselineRate, 0...1),
      ("targetNoise.deviation", targetNoise?.deviation ?? 0, 0...1e3),
      ("targetNoise.clip", targetNoise?.clip ?? 0, 0...1),
      ("priorityExponent", priorityExponent, 0...1),
      ("importanceExponent", importanceExponent, 0...1),
      ("noise.standardDeviation", noise.standardDeviation, 0...1e3),
      ("noise.decay", noise.decay, 0...1), ("noise.reversion", noise.reversion ?? 0.15, 0...1),
      ("noise.finalStandardDeviation", noise.finalStandardDeviation, 0...1e3),
    ]
  }
}

/// What can be wrong with a DDPG agent's settings.
public enum DDPGError: Error, Equatable, CustomStringConvertible {
  /// A setting out of its range.
  case setting(name: String, expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .setting(let name, let expected, let found):
      "the agent's setting \(name): expected \(expected), found \(found)"
    }
  }
}
