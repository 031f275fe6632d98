import ArgumentParser
import Interchange

/// The operator set of a file that is written.
struct OpsetOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "ONNX operator set of the file, 13 to 21; from 21 on up to four bits are packed.",
      valueName: "n"))
  var opset: Int?

  func validate() throws {
    guard let opset, !ONNXWriteOptions.opsets.contains(opset) else { return }
    throw ValidationError("--opset: expected 13 to 21.")
  }
}
