import ArgumentParser
import CompressionPolicies
import Datasets
import Espalier
import Foundation
import Networks

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a built-in network, or go on with one from an ONNX file.")

  /// What is done to training images.
  enum AugmentationName: String, ExpressibleByArgument, CaseIterable {
    case none
    case cropFlip = "crop-flip"
  }

  @Argument(
    help: """
      An ONNX file, or a built-in network: resnet8, resnet14, resnet20, plain20, mobilenet_v1 or \
      mobilenet_v2.
      """)
  var network: String

  @Option(
    help: ArgumentHelp(
      "The data, such as cifar10:DIR; trained on split=train by default.", valueName: "spec"))
  var data: String

  @OptionGroup var pixels: PixelOptions

  @Option(help: ArgumentHelp("Passes over the data; by default 30.", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Images in a step; by default 128.", valueName: "n"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "The largest learning rate; by default 0.1, for a network from a file 0.01.",
      valueName: "rate"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "The part of each label spread over all classes; by default 0.", valueName: "part"))
  var labelSmoothing: Double?

  @Option(help: ArgumentHelp("Weight decay; by default 0.0005.", valueName: "decay"))
  var weightDecay: Double?

  @Option(help: ArgumentHelp("What is done to training images.", valueName: "name"))
  var augmentation = AugmentationName.none

  @Option(
    help: ArgumentHelp(
      "An ONNX file to learn from besides the labels, on the same images.", valueName: "file"))
  var teacher: String?

  @Option(
    help: ArgumentHelp(
      "The part of the loss that compares with the teacher; by default 0.5.", valueName: "part"))
  var distillation: Double?

  @Option(
    help: ArgumentHelp(
      "By what scores are divided before they are compared; by default 4.", valueName: "t"))
  var temperature: Double?

  @Option(help: ArgumentHelp("The seed of all random streams.", valueName: "n"))
  var seed = 1

  @Option(help: ArgumentHelp("The ONNX file to write.", valueName: "file"))
  var output: String

  @Flag(help: "Go on with a training of --output that was stopped.")
  var resume = false

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if seed < 0 { throw ValidationError("--seed: expected a number from 0 on.") }
    if let epochs, !(1...1_000_000).contains(epochs) {
      throw ValidationError("--epochs: expected 1 to 1000000.")
    }
    if let batch, !(1...1_000_000).contains(batch) {
      throw ValidationError("--batch: expected 1 to 1000000.")
    }
    for (name, value, range) in [
      ("learning-rate", learningRate, 0...1e3), ("label-smoothing", labelSmoothing, 0...1),
      ("weight-decay", weightDecay, 0...1e3), ("distillation", distillation, 0...1),
      ("temperature", temperature, 0.001...1e3),
    ] {
      if let value, !range.contains(value) {
        throw ValidationError("--\(name): expected \(range.lowerBound) to \(range.upperBound).")
      }
    }
    if teacher == nil, distillation != nil || temperature != nil {
      throw ValidationError("--distillation and --temperature need --teacher.")
    }
  }

  func run() throws {
    Interruption.listen()
    let result = try ModelTraining.run(
      try request(),
      onProgress: { if !compute.quiet { Terminal.write($0.text) } },
      onNotice: { Terminal.error($0) })
    if compute.json {
      print(try CanonicalJSON.line(result.json))
      return
    }
    var line = "wrote \(result.model.path)"
    if let test = result.test { line += ": top-1 \(decimal(test, 2)) % on the test split" }
    print(line)
  }

  private func request() throws -> TrainingRequest {
    var request = TrainingRequest(network: network, data: data, output: output.fileURL)
    request.preprocessing = try pixels.resolved() ?? .raw
    request.augmentation = augmentation == .cropFlip ? Augmentation() : nil
    request.seed = seed
    request.resume = resume
    request.threads = compute.threads
    if let epochs { request.configuration.epochs = epochs }
    if let batch { request.configuration.batchSize = batch }
    if let learningRate { request.configuration.learningRate = learningRate }
    if let labelSmoothing { request.configuration.labelSmoothing = labelSmoothing }
    request.teacher = teacher?.fileURL
    if let distillation { request.distillation = distillation }
    if let temperature { request.temperature = temperature }
    if let weightDecay { request.configuration.weightDecay = weightDecay }
    return request
  }
}
