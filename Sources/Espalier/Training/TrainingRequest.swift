public import Datasets
public import Foundation
public import Networks

/// What a user asks of a training run, before anything is read.
public struct TrainingRequest: Equatable, Sendable {
  /// An ONNX file, or the name of a built-in network.
  public var network: String
  /// The data, as `--data` takes them; their training split is trained on.
  public var data: String
  /// How pixels become numbers.
  public var preprocessing = Preprocessing.raw
  /// What is done to training images, nil for nothing.
  public var augmentation: Augmentation?
  /// Epochs, batch size, optimiser.
  public var configuration: TrainingConfiguration
  /// The ONNX file of a network to learn from besides the labels; nil learns from labels alone.
  public var teacher: URL?
  /// The part of the loss that compares with the teacher: 0…1.
  public var distillation = 0.5
  /// By what scores are divided before they are compared with the teacher's.
  public var temperature = 4.0
  /// The seed of all random streams.
  public var seed = 1
  /// Threads; nil takes one per processor.
  public var threads: Int?
  /// The ONNX file to write.
  public var output: URL

  /// Whether to go on with a training that was stopped.
  public var resume = false

  /// A request with the defaults for the network.
  public init(network: String, data: String, output: URL) {
    self.network = network
    self.data = data
    self.output = output
    configuration = Self.configuration(for: network)
  }

  /// The defaults of `TrainingConfiguration`; for a network from a file those for going on.
  public static func configuration(for network: String) -> TrainingConfiguration {
    isFile(network) ? .continuing : TrainingConfiguration()
  }

  /// Whether the text means a file and not a built-in network.
  static func isFile(_ network: String) -> Bool {
    network.contains("/") || network.lowercased().hasSuffix(".onnx")
  }
}
