public import Compression
public import CompressionEnvironments
public import CompressionPolicies
public import Datasets
public import Reinforcement

/// An environment file: everything a search needs beside a seed.
///
/// Every field but the name has a default; what an environment leaves to the user (a model, data) is nil.
/// The resolved form, with every default written out, is the run directory's `environment.json`.
public struct EnvironmentDefinition: Equatable, Sendable {
  /// The folder's name.
  public var name: String
  /// One line for lists.
  public var summary: String
  /// The model's file: in a definition relative to it.
  public var model: String?
  /// The data, as `--data` takes them.
  public var data: String?
  /// Which images serve which end where the data come in one piece; nil parts the training split.
  public var split: DataParts?
  /// How pixels become numbers: a name, or mean and deviation.
  public var preprocessing: Preprocessing
  /// The limits that a candidate must meet; none where the reward trades accuracy for cost.
  public var budgets: [Budget]
  /// What a candidate is worth.
  public var reward: RewardExpression
  /// How many candidates an agent measures.
  public var episodes: Int
  /// Which widths are decided.
  public var widths: PrunedWidths
  /// The least part of a layer's channels that is kept, 1 − a_max.
  public var smallestKeep: Double
  /// What a width that is not whole must be a multiple of.
  public var channelMultiple: Int
  /// How channels are chosen and weights made up.
  public var pruning: PruningSettings
  /// Training images that candidates are measured on.
  public var validationImages: Int
  /// What candidates are measured by on the validation images.
  public var metric: ValidationMetric
  /// Validation images after which a candidate that is plainly worse than the best is given up; nil
  /// measures every candidate on all of them.
  public var screeningImages: Int?
  /// Training images that reconstruction is fitted on, none of them for validation.
  public var calibrationImages: Int
  /// Images in one pass of the network.
  public var batch: Int
  /// The DDPG agent's settings.
  public var agent: DDPGConfiguration
  /// Agents that run besides, at the same number of episodes.
  public var baselines: [String]
  /// How the best candidates are trained further; nil leaves them as they were measured.
  public var fineTuning: FineTuningSettings?
  /// How single weights are pruned, with stages in place of budgets; nil where channels are.
  public var weights: WeightPruningSettings?
  /// How bits are searched; nil where channels or weights are.
  public var quantization: QuantizationSettings?
  /// The device whose time and energy are counted: a name, or a path to its file.
  public var device: String?

  /// Who measures candidates; nil stands for top-1 on the validation images.
  public var evaluator: EvaluatorSettings?

  /// What is decided: channels or single weights (`amc`), bits (`haq`), or channels and bits (`joint`).
  public var kind: SearchKind

  /// The names of the fields, for messages.
  static let fields =
    [
      "name", "kind", "summary", "model", "data", "split", "preprocessing", "budget", "reward",
      "episodes", "widths", "smallestKeep", "channelMultiple", "pruning", "validationImages",
      "screeningImages", "calibrationImages", "batch", "agent", "baselines", "fineTuning",
      "quantization", "device", "metric", "evaluator",
    ] + WeightPruningSettings.fields
}

extension EnvironmentDefinition: JSONRepresentable {
  /// Reads a definition; a field that is left out has its default.
  public init(_ reader: JSONReader) throws(JSONError) {
    _ = try TaskDefinition.knownKind(reader)
    try reader.refuseFields(otherThan: Self.fields + [TaskDefinition.schemaField])
    kind = try reader.choice("kind", default: .amc)
    quantization = try Self.quantization(reader, kind: kind)
    device = try reader.readIfPresent("device")
    name = try reader.baseName("name")
    summary = try reader.readIfPresent("summary") ?? ""
    model = try reader.readIfPresent("model")
    data = try reader.readIfPresent("data")
    split = try reader.readIfPresent("split")
    preprocessing = try Self.preprocessing(reader)
    reward = try Self.reward(reader, default: kind == .amc ? .accuracy : .haq)
    weights = try WeightPruningSettings.read(reader)
    budgets = weights == nil ? try Self.budgets(reader, reward, kind: kind) : []
    episodes = try reader.positive("episodes", default: 400)
    widths = try reader.choice("widths", default: .inner)
    smallestKeep = try reader.part("smallestKeep", default: 0.2)
    channelMultiple = try reader.positive("channelMultiple", default: 1)
    pruning = try Self.pruning(reader)
    validationImages = try reader.positive("validationImages", default: 5000)
    metric = try reader.choice("metric", default: .top1)
    screeningImages =
      reader["screeningImages"] == nil
      ? nil : try reader.positive("screeningImages", default: validationImages)
    calibrationImages = try reader.positive("calibrationImages", default: 1000)
    batch = try reader.positive("batch", default: 50)
    agent = try AgentSettings.read(reader)
    baselines = try reader.readIfPresent("baselines") ?? []
    for (index, baseline) in baselines.enumerated() {
      let path = reader.path.appending("baselines").appending(index)
      guard SearchAgent.names.contains(baseline) else {
        throw .wrongType(
          path: path, expected: SearchAgent.names.joined(separator: ", "), found: "'\(baseline)'")
      }
      guard !baselines[..<index].contains(baseline) else {
        throw .wrongType(path: path, expected: "each agent once", found: "'\(baseline)' again")
      }
    }
    fineTuning = try reader.readIfPresent("fineTuning")
    evaluator = try reader.readIfPresent("evaluator")
  }

  /// Every field, with the defaults written out.
  public var json: JSONValue {
    let own = weights?.json ?? [:]
    var fields = (channelJSON.objectValue ?? [:]).merging(own) { $1 }
    if let quantization {
      if kind == .haq { for key in Self.channelFields { fields[key] = nil } }
      fields["quantization"] = quantization.json
    }
    if let device { fields["device"] = device.json }
    if metric != .top1 { fields["metric"] = metric.rawValue.json }
    if let evaluator { fields["evaluator"] = evaluator.json }
    return .object(fields)
  }

  private var channelJSON: JSONValue {
    .object(omittingNil: [
      "name": name.json, "kind": kind.rawValue.json, "summary": summary.json, "model": model?.json,
      "data": data?.json, "split": split?.json, "preprocessing": preprocessing.record.json,
      "budget": .object(
        Dictionary(uniqueKeysWithValues: budgets.map { ($0.quantity.rawValue, $0.text.json) })),
      "reward": reward.text.json, "episodes": episodes.json,
      "widths": widths.rawValue.json, "smallestKeep": smallestKeep.json,
      "channelMultiple": channelMultiple.json,
      "pruning": [
        "criterion": pruning.criterion.rawValue.json,
        "reconstruction": pruning.reconstruction.rawValue.json,
        "refit": pruning.refit.rawValue.json, "ridge": pruning.ridge.json,
        "positionsPerImage": pruning.positionsPerImage.json,
        "normalization": pruning.normalization.rawValue.json,
      ],
      "validationImages": validationImages.json, "screeningImages": screeningImages?.json,
      "calibrationImages": calibrationImages.json,
      "batch": batch.json, "agent": agentJSON, "baselines": baselines.json,
      "fineTuning": fineTuning?.json,
    ])
  }

  // MARK: - Nested fields

  private static func preprocessing(_ reader: JSONReader) throws(JSONError) -> Preprocessing {
    guard let record: PreprocessingRecord = try reader.readIfPresent("preprocessing") else {
      return .raw
    }
    do {
      return try Preprocessing(record)
    } catch {
      throw .invalid(path: reader.path.appending("preprocessing"), reason: "\(error)")
    }
  }

  /// The fields that say how channels are cut.
  private static let channelFields = ["widths", "smallestKeep", "channelMultiple", "pruning"]

  private static func quantization(
    _ reader: JSONReader, kind: SearchKind
  ) throws(JSONError) -> QuantizationSettings? {
    let others: [String] =
      switch kind {
      case .amc: ["quantization"]
      case .haq: channelFields + WeightPruningSettings.fields
      case .joint: WeightPruningSettings.fields
      }
    for field in others where reader[field] != nil {
      throw .wrongType(
        path: reader.path.appending(field),
        expected: "a field of an environment of kind '\(kind.rawValue)'",
        found: "one of another kind")
    }
    guard kind != .amc else { return nil }
    return try QuantizationSettings(
      reader["quantization"] ?? JSONReader([:], path: reader.path.appending("quantization")))
  }

  private static func reward(
    _ reader: JSONReader, default standard: RewardExpression
  ) throws(JSONError) -> RewardExpression {
    guard let text: String = try reader.readIfPresent("reward") else { return standard }
    do {
      return try RewardExpression(text)
    } catch {
      throw .invalid(path: reader.path.appending("reward"), reason: "\(error)")
    }
  }

  /// Half of the multiply-accumulates, of bits what 4/4 costs, where nothing is said and the reward does not count cost.
  private static func budgets(
    _ reader: JSONReader, _ reward: RewardExpression, kind: SearchKind
  ) throws(JSONError) -> [Budget] {
    let standard: JSONValue = kind != .amc ? ["bitOps": "uniform:4"] : ["macs": "0.5"]
    let half = JSONReader(
      reward.countsCost ? [:] : standard, path: reader.path.appending("budget"))
    let field = reader["budget"] ?? half
    let fields = try field.fields()
    guard reward.countsCost || !fields.isEmpty else {
      throw .wrongType(
        path: field.path, expected: "a limit, or a reward that counts cost", found: "none")
    }
    do {
      // In the order of the quantities, whatever the order in the file.
      let keys = fields.keys.sorted { a, b in
        (Self.rank(a), a) < (Self.rank(b), b)
      }
      return try keys.map { key in
        let value = fields[key] ?? .null
        return try Budget(
          key: key, text: value.stringValue ?? value.doubleValue.map { "\($0)" } ?? "")
      }
    } catch {
      throw .invalid(path: field.path, reason: "\(error)")
    }
  }

  private static func rank(_ quantity: String) -> Int {
    CostQuantity.allCases.firstIndex { $0.rawValue == quantity } ?? .max
  }

  private static func pruning(_ reader: JSONReader) throws(JSONError) -> PruningSettings {
    var settings = PruningSettings()
    guard let field = reader["pruning"] else { return settings }
    try field.refuseFields(
      otherThan: [
        "criterion", "reconstruction", "refit", "ridge", "positionsPerImage", "normalization",
      ])
    settings.criterion = try field.choice("criterion", default: settings.criterion)
    settings.reconstruction = try field.choice("reconstruction", default: settings.reconstruction)
    settings.refit = try field.choice("refit", default: settings.refit)
    settings.ridge = try field.readIfPresent("ridge") ?? settings.ridge
    guard settings.ridge >= 0 else {
      throw .wrongType(
        path: field.path.appending("ridge"), expected: "a number from 0 on",
        found: "\(settings.ridge)")
    }
    settings.positionsPerImage = try field.positive(
      "positionsPerImage", default: settings.positionsPerImage)
    settings.normalization = try field.choice("normalization", default: settings.normalization)
    return settings
  }

  private var agentJSON: JSONValue { AgentSettings.json(agent) }
}
