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
  /// The seed of all random streams.
  public var seed = 1
  /// Threads; nil takes one per processor.
  public var threads: Int?
  /// The ONNX file to write.
  public var output: URL

  /// A request with the defaults for the network.
  public init(network: String, data: String, output: URL) {
    self.network = network
    self.data = data
    self.output = output
    configuration = Self.configuration(for: network)
  }

  /// The defaults of `TrainingConfiguration`, for a network from a file at a tenth of the rate.
  ///
  /// A trained network would unlearn what it knows at the rate of one that begins.
  public static func configuration(for network: String) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    if isFile(network) { configuration.learningRate /= 10 }
    return configuration
  }

  /// Whether the text means a file and not a built-in network.
  static func isFile(_ network: String) -> Bool {
    network.contains("/") || network.lowercased().hasSuffix(".onnx")
  }
}
