import Networks
import Tensors

/// The rewritings that are more than moving a list from an attribute to an input.
enum OperatorRewrites {
  /// The bounds become inputs; a bound that is missing stays missing.
  static let clip: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    for (position, name) in ["min", "max"].enumerated() {
      guard let bound = try rewriter.takeFloat(&node, name) else { continue }
      try rewriter.setInput(&node, position + 1, named: name, to: scalar(bound))
    }
  }

  /// The ratio becomes an input; there was no switch for training yet.
  static let dropout: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    guard let ratio = try rewriter.takeFloat(&node, "ratio") else { return }
    try rewriter.setInput(&node, 1, named: "ratio", to: scalar(ratio))
  }

  /// The widths and the value become inputs.
  static let pad: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    guard let pads = try rewriter.takeIntegers(&node, "pads") else {
      throw .node(name: node.name, type: node.operatorType, reason: "lacks the attribute 'pads'")
    }
    try rewriter.setInput(&node, 1, named: "pads", to: TypedArray(pads))
    guard let value = try rewriter.takeFloat(&node, "value"), value != 0 else { return }
    try rewriter.setInput(&node, 2, named: "value", to: scalar(value))
  }

  /// The number of elements to keep becomes an input of one element.
  static let topK: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    guard let count = try rewriter.takeInteger(&node, "k") else { return }
    try rewriter.setInput(&node, 1, named: "k", to: TypedArray([count]))
  }

  /// Training was asked for by naming more outputs than one, and statistics over all axes but the
  /// channels' by `spatial`, which is the only way left.
  static let batchNormalization: DefinitionChange.Rewrite = { (node, rewriter) throws(ONNXDefect) in
    if try rewriter.takeInteger(&node, "spatial") == 0 {
      throw rewriter.defect(node, "attribute 'spatial' is 0")
    }
    guard node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
      throw rewriter.defect(node, "it asks for the statistics of training")
    }
    node.outputs = Array(node.outputs.prefix(1))
  }

  /// Equal parts went without saying; now their number is written down.
  static let splitCount: DefinitionChange.Rewrite = { (node, _) throws(ONNXDefect) in
    guard node.inputs.count < 2 || node.inputs[1].isEmpty else { return }
    node.attributes["num_outputs"] = .int(node.outputs.count)
  }

  private static func scalar(_ value: Float) -> TypedArray {
    TypedArray(Tensor(shape: [], repeating: value))
  }
}
