public import CompressionPolicies
public import Datasets
import Networks

/// How a search's best candidates are trained further: the field `fineTuning` of an environment file.
public struct FineTuningSettings: Equatable, Sendable {
  /// What is done to training images.
  public enum AugmentationName: String, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// A crop of the image padded by 4, and a flip.
    case cropFlip = "crop-flip"

    /// The augmentation, nil for none.
    public var augmentation: Augmentation? { self == .none ? nil : Augmentation() }
  }

  /// How many of the best candidates are trained to choose among them; default 3.
  public var candidates = 3
  /// Epochs that each of them is trained for; default 1.
  public var epochs = 1
  /// Epochs that the best of them is trained for then; default 4.
  public var finalEpochs = 4
  /// The learning rate at the start of either; half a cosine takes it to 0; default 0.01.
  public var learningRate = 0.01
  /// Images in a step; default 128.
  public var batch = 128
  /// The part of the loss that compares with the original network: 0…1; default 0.5.
  ///
  /// With 0 candidates learn from labels alone.
  public var distillation = 0.5
  /// By what scores are divided before they are compared; default 4.
  public var temperature = 4.0
  /// What is done to training images; default `crop-flip`.
  public var augmentation = AugmentationName.cropFlip

  /// The defaults.
  public init() {}

  /// The settings of one stage.
  func configuration(epochs: Int) -> TrainingConfiguration {
    var configuration = TrainingConfiguration.continuing
    configuration.epochs = epochs
    configuration.batchSize = batch
    configuration.learningRate = learningRate
    return configuration
  }
}

extension FineTuningSettings: JSONRepresentable {
  /// Reads the fields that are there; the others keep their defaults.
  public init(_ reader: JSONReader) throws(JSONError) {
    self.init()
    try reader.refuseFields(
      otherThan: [
        "candidates", "epochs", "finalEpochs", "learningRate", "batch", "distillation",
        "temperature", "augmentation",
      ])
    candidates = try reader.positive("candidates", default: candidates)
    epochs = try reader.positive("epochs", default: epochs)
    finalEpochs = try reader.positive("finalEpochs", default: finalEpochs)
    learningRate = try Self.number(reader, "learningRate", upTo: 1000, default: learningRate)
    batch = try reader.positive("batch", default: batch)
    distillation = try reader.readIfPresent("distillation") ?? distillation
    guard (0...1).contains(distillation) else {
      throw .wrongType(
        path: reader.path.appending("distillation"), expected: "a number from 0 to 1",
        found: "\(distillation)")
    }
    temperature = try Self.number(reader, "temperature", upTo: 1000, default: temperature)
    augmentation = try reader.choice("augmentation", default: augmentation)
  }

  /// Every field.
  public var json: JSONValue {
    [
      "candidates": candidates.json, "epochs": epochs.json, "finalEpochs": finalEpochs.json,
      "learningRate": learningRate.json, "batch": batch.json, "distillation": distillation.json,
      "temperature": temperature.json, "augmentation": augmentation.rawValue.json,
    ]
  }

  private static func number(
    _ reader: JSONReader, _ key: String, upTo largest: Double, default value: Double
  ) throws(JSONError) -> Double {
    let found: Double = try reader.readIfPresent(key) ?? value
    guard found > 0, found <= largest else {
      throw .wrongType(
        path: reader.path.appending(key),
        expected: "a number above 0 and up to \(Int(largest))", found: "\(found)")
    }
    return found
  }
}
