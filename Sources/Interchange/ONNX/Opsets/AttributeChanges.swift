import Networks
import Tensors

extension DefinitionChange {
  /// What older operator sets keep in attributes and `Graph.opset` in inputs.
  static let attributesThatBecameInputs: [String: [DefinitionChange]] = {
    var changes: [String: [DefinitionChange]] = [
      "Clip": [.before(11, OperatorRewrites.clip)],
      "Dropout": [.before(12, OperatorRewrites.dropout)],
      "Pad": [.before(11, OperatorRewrites.pad)],
      "ReduceSum": [.before(13, integersToInputs(["axes"]))],
      "Slice": [.before(10, integersToInputs(["starts", "ends", "axes"]))],
      "Split": [.before(13, integersToInputs(["split"]))],
      "Squeeze": [.before(13, integersToInputs(["axes"]))],
      "TopK": [.before(10, OperatorRewrites.topK)],
      "Unsqueeze": [.before(13, integersToInputs(["axes"]))],
    ]
    let reductions = [
      "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare",
    ]
    for reduction in reductions {
      changes["Reduce" + reduction] = [.before(18, integersToInputs(["axes"]))]
    }
    return changes
  }()

  /// Attributes that operator sets after `Graph.opset` added: dropped where they change nothing,
  /// kept where our operator has them too, refused elsewhere.
  static let newerAttributes: [String: [DefinitionChange]] = [
    "AveragePool": [.since(19, dropOnes("dilations"))],
    // These two concern 8-bit floats alone, which we lack.
    "Cast": [.since(19, drop(["saturate", "round_mode"]))],
    "CastLike": [.since(19, drop(["saturate", "round_mode"]))],
    "QuantizeLinear": [
      .since(19, drop(["saturate"])), .since(21, dropInteger("block_size", [0])),
      .since(21, dropInteger("output_dtype", [0, 2])),
      .since(23, dropInteger("precision", [0, 1])),
    ],
    "DequantizeLinear": [
      .since(21, dropInteger("block_size", [0])), .since(23, dropInteger("output_dtype", [0, 1])),
    ],
    "Range": [.since(27, drop(["stash_type"]))],
    "SpaceToDepth": [.since(28, dropText("mode", "DCR"))],
  ]

  /// Makes integer attributes inputs 1, 2, … under their own names.
  private static func integersToInputs(_ names: [String]) -> Rewrite {
    { (node, rewriter) throws(ONNXDefect) in
      for (position, name) in names.enumerated() {
        guard let integers = try rewriter.takeIntegers(&node, name) else { continue }
        try rewriter.setInput(&node, position + 1, named: name, to: TypedArray(integers))
      }
    }
  }

  private static func drop(_ names: [String]) -> Rewrite {
    { (node, _) throws(ONNXDefect) in
      for name in names { node.attributes[name] = nil }
    }
  }

  private static func dropInteger(_ name: String, _ harmless: [Int]) -> Rewrite {
    { (node, rewriter) throws(ONNXDefect) in
      guard let found = try rewriter.takeInteger(&node, name), !harmless.contains(found) else {
        return
      }
      throw rewriter.defect(node, "attribute '\(name)' is \(found)")
    }
  }

  private static func dropOnes(_ name: String) -> Rewrite {
    { (node, _) throws(ONNXDefect) in
      guard case .ints(let found)? = node.attributes[name], found.allSatisfy({ $0 == 1 }) else {
        return
      }
      node.attributes[name] = nil
    }
  }

  private static func dropText(_ name: String, _ harmless: String) -> Rewrite {
    { (node, rewriter) throws(ONNXDefect) in
      guard let found = node.attributes.removeValue(forKey: name), found != .string(harmless) else {
        return
      }
      throw rewriter.defect(node, "attribute '\(name)' is not \(harmless)")
    }
  }
}
