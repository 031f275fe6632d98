import Foundation
import Networks
import Tensors

@testable import Interchange

/// Reads a hand-written file, without folding so that any operator may be in it.
func read(
  _ builder: FileBuilder, options: ONNXReadOptions = ONNXReadOptions()
) throws(ONNXDefect) -> Graph {
  try unfinished(builder.data(), options: options).graph
}

/// Reads a file without folding, so that any operator may be in it.
func unfinished(
  _ data: Data, options: ONNXReadOptions = ONNXReadOptions()
) throws(ONNXDefect) -> ONNXModel {
  try ModelImporter(options: options, completes: false).model(from: data)
}

/// The message of the defect of a hand-written file, nil when there is none.
func complaint(
  _ builder: FileBuilder, options: ONNXReadOptions = ONNXReadOptions()
) -> String? {
  do throws(ONNXDefect) {
    _ = try read(builder, options: options)
    return nil
  } catch {
    return error.description
  }
}

extension FileBuilder {
  /// A file with an input `x`, an output `y` and one node between them.
  static func single(
    _ type: String, opset: Int, _ attributes: [(String, Value)] = [], inputs: [String] = ["x"],
    outputs: [String] = ["y"], extents: [String?]? = ["N", "6", "4"],
    outputExtents: [String?]? = ["N", "6", "4"]
  ) -> FileBuilder {
    var file = FileBuilder(opset: opset)
    file.inputs = [value("x", extents)]
    file.outputs = [value(outputs[0], outputExtents)]
    file.node(type, inputs, outputs, name: "the node", attributes)
    return file
  }
}

extension Graph {
  /// The integers of a constant input of a node.
  func integers(_ node: Int, _ input: Int) -> [Int]? {
    constant(node, input)?.integers
  }

  /// The floats of a constant input of a node.
  func floats(_ node: Int, _ input: Int) -> [Float]? {
    constant(node, input)?.tensor?.scalars
  }

  private func constant(_ node: Int, _ input: Int) -> TypedArray? {
    guard nodes.indices.contains(node), nodes[node].inputs.indices.contains(input) else {
      return nil
    }
    return initializers[nodes[node].inputs[input]]
  }
}
