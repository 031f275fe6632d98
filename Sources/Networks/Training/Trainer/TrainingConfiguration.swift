/// Every setting of a training run; each says its default.
///
/// The defaults train a CIFAR-style residual network from scratch. Read from JSON, a field that is
/// left out has its default.
public struct TrainingConfiguration: Codable, Equatable, Sendable {
  /// What turns gradients into steps.
  public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
    /// Gradient descent with momentum; decay is part of the gradient.
    case sgd
    /// Adam with decoupled decay.
    case adam
  }

  /// How the learning rate goes after the warm-up.
  public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
    /// Half a cosine from `learningRate` down to `finalLearningRate` at the last step.
    case cosine
    /// `learningRate` all the way.
    case constant
  }

  /// Passes over the data; default 30.
  ///
  /// With 0 nothing is trained.
  public var epochs = 30
  /// Examples in a step; default 128.
  ///
  /// Examples that do not fill a last batch are left out of an epoch.
  public var batchSize = 128
  /// What turns gradients into steps; default `sgd`.
  public var optimizer = OptimizerKind.sgd
  /// The largest learning rate; default 0.1.
  ///
  /// Adam wants about a hundredth of that.
  public var learningRate = 0.1
  /// How the learning rate goes after the warm-up; default `cosine`.
  public var schedule = ScheduleKind.cosine
  /// Where the cosine ends; default 0.
  public var finalLearningRate = 0.0
  /// Epochs, also parts of one, in which the rate rises linearly from near 0; default 1.
  ///
  /// The training's length at most.
  public var warmupEpochs = 1.0
  /// The part of SGD's velocity that stays from step to step; default 0.9.
  public var momentum = 0.9
  /// Whether SGD looks ahead along the velocity; default true.
  public var nesterov = true
  /// The weight of ½‖w‖² for SGD, the part that Adam takes away at a rate of 1; default 5·10⁻⁴.
  ///
  /// Biases and normalisations are spared.
  public var weightDecay = 5e-4
  /// The part of each label that is spread over all classes; default 0.
  public var labelSmoothing = 0.0

  /// The defaults.
  public init() {}

  /// The defaults for a network that is trained already: a tenth of the rate, from the first step on.
  ///
  /// It would unlearn what it knows at the rate of one that begins, and has no need to warm up.
  public static var continuing: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.learningRate /= 10
    configuration.warmupEpochs = 0
    return configuration
  }

  /// Reads the fields that are there; the others keep their defaults.
  ///
  /// - Throws: `DecodingError` for a value of another type, `TrainingError.configuration` for one out
  ///   of range.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      if let found = try fields.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    try read(&epochs, .epochs)
    try read(&batchSize, .batchSize)
    try read(&optimizer, .optimizer)
    try read(&learningRate, .learningRate)
    try read(&schedule, .schedule)
    try read(&finalLearningRate, .finalLearningRate)
    try read(&warmupEpochs, .warmupEpochs)
    try read(&momentum, .momentum)
    try read(&nesterov, .nesterov)
    try read(&weightDecay, .weightDecay)
    try read(&labelSmoothing, .labelSmoothing)
    try validate()
  }

  /// Checks that every field is within its range.
  ///
  /// - Throws: `TrainingError.configuration` with the first one that is not.
  public func validate() throws(TrainingError) {
    for (field, value, range) in [
      ("epochs", epochs, 0...1_000_000), ("batchSize", batchSize, 1...1_000_000),
    ] where !range.contains(value) {
      throw TrainingConfiguration.error(field, range, value)
    }
    for (field, value, range) in [
      ("learningRate", learningRate, 0...1e3), ("finalLearningRate", finalLearningRate, 0...1e3),
      ("warmupEpochs", warmupEpochs, 0...1e6), ("momentum", momentum, 0...1),
      ("weightDecay", weightDecay, 0...1e3), ("labelSmoothing", labelSmoothing, 0...1),
    ] where !range.contains(value) {
      throw TrainingConfiguration.error(field, range, value)
    }
  }

  private static func error<Bound>(
    _ field: String, _ range: ClosedRange<Bound>, _ value: Bound
  ) -> TrainingError {
    .configuration(
      field: field, expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
  }

  /// The optimiser before its first step.
  func makeOptimizer() -> any Optimizer {
    switch optimizer {
    case .sgd: SGD(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    case .adam: Adam(weightDecay: weightDecay)
    }
  }

  /// The learning rate over all steps.
  func makeSchedule(stepsPerEpoch: Int) -> LearningRateSchedule {
    let total = epochs * stepsPerEpoch
    let warmup = min(Double(total), (warmupEpochs * Double(stepsPerEpoch)).rounded())
    return .cosine(
      peak: learningRate, final: schedule == .cosine ? finalLearningRate : learningRate,
      warmupSteps: Int(warmup), totalSteps: total)
  }
}
