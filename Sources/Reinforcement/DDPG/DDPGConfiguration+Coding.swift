extension DDPGConfiguration {
  /// The fields of JSON: the properties' names.
  enum CodingKeys: String, CodingKey {
    case hiddenLayers, actionEntry, stepInputs, criticActionHistory, outputLayerBound
    case actorLearningRate, criticLearningRate, actorLogitPenalty, criticWeightDecay
    case targetUpdateRate, discount, batchSize, replayCapacity
    case returnTarget, bootstrapSteps, twinCritics, rewardAssignment
    case returnNormalization, baselineRate, updateTiming, updatesPerStep
    case warmupEpisodes, warmupSteps, warmupExploration, noise
  }

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
    try read(&stepInputs, .stepInputs)
    try read(&criticActionHistory, .criticActionHistory)
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
    try read(&rewardAssignment, .rewardAssignment)
    try read(&returnNormalization, .returnNormalization)
    try read(&baselineRate, .baselineRate)
    try read(&updateTiming, .updateTiming)
    try read(&updatesPerStep, .updatesPerStep)
    try read(&warmupEpisodes, .warmupEpisodes)
    try read(&warmupSteps, .warmupSteps)
    try read(&warmupExploration, .warmupExploration)
    try read(&noise, .noise)
    try validate()
  }

  /// Checks that every setting is within its range.
  ///
  /// - Throws: `DDPGError.setting` with the first one that is not.
  public func validate() throws(DDPGError) {
    let least: [(String, Int, Int)] = [
      ("hiddenLayers", hiddenLayers.min() ?? 0, 1), ("batchSize", batchSize, 1),
      ("replayCapacity", replayCapacity, 1), ("bootstrapSteps", bootstrapSteps, 1),
      ("stepInputs", stepInputs, 0), ("criticActionHistory", criticActionHistory, 0),
      ("updatesPerStep", updatesPerStep, 0), ("warmupEpisodes", warmupEpisodes, 0),
      ("warmupSteps", warmupSteps, 0),
    ]
    for (name, value, least) in least where value < least {
      throw .setting(name: name, expected: "at least \(least)", found: "\(value)")
    }
    let ranges: [(String, Double, ClosedRange<Double>)] = [
      ("outputLayerBound", outputLayerBound, 0...1e3),
      ("actorLearningRate", actorLearningRate, 0...1),
      ("criticLearningRate", criticLearningRate, 0...1),
      ("actorLogitPenalty", actorLogitPenalty, 0...1e3),
      ("criticWeightDecay", criticWeightDecay, 0...1e3),
      ("targetUpdateRate", targetUpdateRate, 0...1), ("discount", discount, 0...1),
      ("baselineRate", baselineRate, 0...1),
      ("noise.standardDeviation", noise.standardDeviation, 0...1e3),
      ("noise.decay", noise.decay, 0...1),
      ("noise.finalStandardDeviation", noise.finalStandardDeviation, 0...1e3),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw .setting(
        name: name, expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
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
