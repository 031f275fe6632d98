import ArgumentParser
import Compression
import CompressionPolicies
import Datasets
import Espalier
import Foundation
import Networks
import Tensors

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure top-1 and top-5 of a classifier on a data set.")

  @Argument(help: "The ONNX model.")
  var model: String

  @Option(
    help: ArgumentHelp("The data, such as cifar10:DIR; split=test by default.", valueName: "spec"))
  var data: String

  @OptionGroup var pixels: PixelOptions

  @Option(help: ArgumentHelp("Images in one pass.", valueName: "n"))
  var batch = 50

  @Flag(help: "Compute every convolution by its definition, never by Winograd's.")
  var exact = false

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch: expected 1 or more.") }
  }

  func run() throws {
    let file = try ModelFile(model.fileURL)
    let images = try LabelledImages.load(try DataSpecification(data), defaultSplit: .test)
    let preprocessing = try pixels.resolved() ?? .raw
    let evaluator = ClassificationEvaluator(
      images, preprocessing: preprocessing, batch: batch, arithmetic: exact ? .exact : .fast,
      pool: WorkerPool(threads: compute.threads))
    let outcome = try evaluator.measure(file.graph)
    pixels.mentionRaw(isQuiet: compute.quiet)
    let times = outcome.passSeconds.dropFirst().sorted()
    let speed = times.isEmpty ? nil : Double(evaluator.batch) / times[times.count / 2]
    if compute.json {
      print(
        try CanonicalJSON.line([
          "top1": outcome.top1.json, "top5": outcome.top5.json, "images": outcome.images.json,
          "imagesPerSecond": speed?.json ?? .null, "preprocessing": "\(preprocessing)".json,
        ]))
      return
    }
    print(
      "top-1 \(decimal(outcome.top1, 2)) %  top-5 \(decimal(outcome.top5, 2)) %  "
        + "of \(outcome.images)")
    if let speed, !compute.quiet { print("\(decimal(speed, 0)) images per second") }
  }
}
