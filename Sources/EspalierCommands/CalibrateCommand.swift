import ArgumentParser
import Calibration
import CompressionPolicies
import Datasets
import Espalier
import Foundation

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Quantize a network on images without labels and write it as QDQ ONNX.")

  @Argument(help: "The ONNX model.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "The data, such as cifar10:DIR; split=train by default, labels are not used.",
      valueName: "spec"))
  var data: String

  @OptionGroup var pixels: PixelOptions

  @Option(help: ArgumentHelp("A policy that says each layer's bits.", valueName: "file"))
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "Bits of weights and activations, 1 to 8; the first and last layer keep 8.",
      valueName: "w/a"))
  var bits: BitsOption?

  @Flag(help: "Give the first and last layer the same bits as the others.")
  var allLayers = false

  @OptionGroup var budgeted: BudgetOptions

  @Option(help: "How levels are chosen: nearest, adaround, brecq, qdrop or eptq.")
  var method = CalibrationMethod.eptq

  @Option(help: "How long: quick (1000 iterations) or full (20000).")
  var preset = CalibrationRequest.Preset.quick

  @Option(
    help: ArgumentHelp(
      "Iterations instead of the preset's; of each layer for adaround, of each block for brecq and qdrop.",
      valueName: "n"))
  var iterations: Int?

  @Option(help: ArgumentHelp("Calibration images.", valueName: "n"))
  var images = 1024

  @Option(help: ArgumentHelp("Images in a step.", valueName: "n"))
  var batch = 32

  @Option(help: "How layers count: uniform, logarithmic, proportional or samples.")
  var weighting: LayerWeighting?

  @Option(
    help: ArgumentHelp(
      "How much the push towards levels counts against the error.", valueName: "factor"))
  var regularization: Double?

  @Option(
    help: ArgumentHelp("The learning rate of the rounding; by default 0.03.", valueName: "rate"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp(
      "The learning rate of biases and of factors of scales; by default 0.001.",
      valueName: "rate"))
  var fineRate: Double?

  @Option(
    help: ArgumentHelp(
      "Any other setting, such as drop=0.5; a wrong name lists them all.", valueName: "name=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp("Save where it stands every so many iterations.", valueName: "n"))
  var checkpointEvery = 500

  @Option(help: ArgumentHelp("The seed of all random streams.", valueName: "n"))
  var seed = 1

  @Option(help: ArgumentHelp("The ONNX file to write.", valueName: "file"))
  var output: String

  @OptionGroup var format: OpsetOption

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if seed < 0 { throw ValidationError("--seed: expected a number from 0 on.") }
    let given = [policy != nil, bits != nil, !budgeted.budget.isEmpty].filter { $0 }
    guard given.count == 1 else {
      throw ValidationError("give one of --policy, --bits and --budget.")
    }
    if policy != nil, allLayers { throw ValidationError("--all-layers needs --bits or --budget.") }
    if let bits = bits?.bits, bits.weights.value > 8 || bits.activations.value > 8 {
      throw ValidationError("--bits: expected 1 to 8 bits.")
    }
    for (name, value) in [
      ("iterations", iterations), ("images", images), ("batch", batch),
      ("checkpoint-every", checkpointEvery),
    ] {
      if let value, !(1...100_000_000).contains(value) {
        throw ValidationError("--\(name): expected 1 to 100000000.")
      }
    }
    for (name, value) in [
      ("regularization", regularization), ("learning-rate", learningRate), ("fine-rate", fineRate),
    ] {
      if let value, !(0...1e6).contains(value) {
        throw ValidationError("--\(name): expected 0 to 1000000.")
      }
    }
  }

  func run() throws {
    Interruption.listen()
    var view = CalibrationProgressView(isQuiet: compute.quiet)
    let report = try ModelCalibration.run(try request()) { view.show($0, seconds: $1) }
    view.end()
    pixels.mentionRaw(isQuiet: compute.quiet)
    if compute.json {
      print(try CanonicalJSON.line(report.json))
      return
    }
    print(CalibrationText.of(report))
  }

  private func request() throws -> CalibrationRequest {
    var settings = CalibrationSettings(
      method: method, iterations: iterations ?? preset.iterations)
    settings.rounding.batch = batch
    if let weighting { settings.weighting = weighting }
    if let regularization { settings.rounding.regularization = regularization }
    if let learningRate { settings.rounding.roundingRate = learningRate }
    if let fineRate {
      settings.rounding.biasRate = fineRate
      settings.rounding.stepRate = fineRate
    }
    for text in set {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      try NamedCalibrationSetting.named(parts.first ?? "")
        .set(parts.count > 1 ? parts[1] : "", in: &settings)
    }
    let choice: CalibrationRequest.Bits
    if let bits = bits?.bits {
      choice = .uniform(
        weights: bits.weights.value, activations: bits.activations.value,
        ends: allLayers ? nil : 8)
    } else if !budgeted.budget.isEmpty {
      choice = .budget(try budgeted.bits(ends: allLayers ? nil : 8))
    } else {
      choice = .policy((policy ?? "").fileURL)
    }
    var request = CalibrationRequest(
      model: model.fileURL, data: data, bits: choice, settings: settings, output: output.fileURL)
    request.preprocessing = try pixels.resolved() ?? .raw
    request.images = images
    request.seed = seed
    request.opset = format.opset ?? request.opset
    request.threads = compute.threads
    request.checkpointEvery = checkpointEvery
    return request
  }
}

extension CalibrationMethod: ExpressibleByArgument {}
extension LayerWeighting: ExpressibleByArgument {}
extension CalibrationRequest.Preset: ExpressibleByArgument {}
