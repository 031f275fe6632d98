import ArgumentParser
import CompressionPolicies
import Datasets
import Espalier
import Foundation
import Interchange

struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply a policy to its model and write the smaller ONNX file.")

  @Argument(help: "The policy's JSON file.")
  var policy: String

  @Option(help: ArgumentHelp("The model that the policy was made for.", valueName: "file"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "The data of the search, to reconstruct weights and find ranges as it did.", valueName: "spec"
    ))
  var data: String?

  @OptionGroup var pixels: PixelOptions

  @Option(help: ArgumentHelp("The ONNX file to write.", valueName: "file"))
  var output: String

  @OptionGroup var format: OpsetOption

  @Flag(help: "Write weights with few different values as numbers into a codebook.")
  var codebooks = false

  @OptionGroup var compute: ComputeOptions

  func run() throws {
    let applied = try PolicyApplication(
      policy: policy.fileURL, model: model.fileURL, data: data,
      preprocessing: try pixels.resolved(), threads: compute.threads)
    try ONNXFile.write(
      applied.graph, to: output.fileURL,
      options: ONNXWriteOptions(opset: format.opset, codebooks: codebooks))
    let macs = applied.policy.compressed.macs.macs
    if compute.json {
      print(
        try CanonicalJSON.line(
          .object(omittingNil: [
            "model": output.fileURL.absoluteURL.path.json, "macs": macs.json,
            "reconstructed": applied.isReconstructed.json,
            "lacksFineTuning": applied.lacksFineTuning ? true.json : nil,
          ])))
    }
    if applied.lacksFineTuning {
      let done =
        applied.policy.quantization == nil
        ? "the smallest weights were zeroed in one step" : "the network was quantised"
      Terminal.write("\(done); the search's fine-tuning is not repeated")
    }
    if compute.json { return }
    print("wrote \(output.fileURL.absoluteURL.path): \(decimal(Double(macs) / 1e6, 2)) M MACs")
    if applied.asksForReconstruction, !applied.isReconstructed {
      let left =
        applied.policy.pruning?.reconstruction == "none"
        ? "statistics were not re-estimated" : "weights were not reconstructed"
      print("the \(left); give --data SPEC to repeat what the search did")
    }
  }
}
