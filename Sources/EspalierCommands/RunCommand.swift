import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation
import Interchange
import Tensors

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run any ONNX graph on .npy inputs and write its outputs as .npy files.")

  @Argument(help: "The ONNX model.")
  var model: String

  @Option(help: ArgumentHelp("An input of the model.", valueName: "name=file.npy"))
  var input: [String] = []

  @Option(help: ArgumentHelp("The folder for the outputs.", valueName: "dir"))
  var output: String

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    var names: Set<Substring> = []
    for assignment in input {
      guard let division = assignment.lastIndex(of: "=") else {
        throw ValidationError("--input \(assignment): expected NAME=FILE.npy.")
      }
      guard names.insert(assignment[..<division]).inserted else {
        throw ValidationError("--input \(assignment): this input was given before.")
      }
    }
  }

  func run() throws {
    var arrays: [String: TypedArray] = [:]
    for assignment in input {
      // Names may hold '=', files rarely do: the last one divides.
      guard let division = assignment.lastIndex(of: "=") else { continue }
      let path = String(assignment[assignment.index(after: division)...])
      arrays[String(assignment[..<division])] = try NumPyFile.read(path.fileURL)
    }
    let run = try GraphRun(model: model.fileURL, arrays: arrays, threads: compute.threads)
    let folder = try OutputFolder(output)
    var written: [JSONValue] = []
    for (name, array) in try run.outputs() {
      let url = folder.url.appendingPathComponent(
        name.replacingOccurrences(of: "/", with: "_") + ".npy")
      try NumPyFile.write(array, to: url)
      written.append([
        "name": name.json, "file": url.absoluteURL.path.json,
        "shape": .array(array.shape.extents.map(\.json)),
      ])
      if !compute.json, !compute.quiet { print("\(name)  \(array.shape)  \(url.absoluteURL.path)") }
    }
    if compute.json { print(try CanonicalJSON.line(["outputs": .array(written)])) }
  }
}
