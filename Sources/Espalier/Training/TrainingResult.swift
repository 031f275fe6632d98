public import CompressionPolicies
public import Foundation

/// What a training run came to.
public struct TrainingResult: Equatable, Sendable {
  /// The file that was written.
  public let model: URL
  /// Epochs that were trained.
  public let epochs: Int
  /// The mean loss of the last epoch's examples, each at its own step, in nats.
  public let loss: Double
  /// The part of the last epoch's examples, as augmented, that were classified right: percent.
  public let trainingAccuracy: Double
  /// Top-1 on the test split in percent, where the data have one.
  public let test: Double?
  /// The time of training alone.
  public let seconds: Double

  /// What `train --json` prints.
  public var json: JSONValue {
    .object(omittingNil: [
      "model": model.path.json, "epochs": epochs.json, "loss": loss.json,
      "trainingAccuracy": trainingAccuracy.json, "test": test?.json, "seconds": seconds.json,
    ])
  }
}

/// What a training run tells after each epoch.
public struct TrainingProgress: Equatable, Sendable {
  /// The epoch that ended, from 1.
  public let epoch: Int
  /// The epochs in all.
  public let epochs: Int
  /// The mean loss of its examples, in nats.
  public let loss: Double
  /// The part of its examples that were classified right: percent.
  public let trainingAccuracy: Double
  /// Images trained on so far, over all epochs.
  public let images: Int
  /// Epochs that an earlier process trained.
  public var first = 0
  /// Seconds since training began, or went on.
  public let seconds: Double

  /// The time of the epochs left if they take as long as those before: seconds.
  public var secondsLeft: Double {
    seconds / Double(max(epoch - first, 1)) * Double(max(epochs - epoch, 0))
  }

  /// Images trained on in each second.
  public var imagesPerSecond: Double {
    let part = Double(max(epoch - first, 0)) / Double(max(epoch, 1))
    return Double(images) * part / max(seconds, 1e-9)
  }
}
