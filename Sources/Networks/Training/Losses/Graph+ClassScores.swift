extension Graph {
  /// Node types that only move or name elements, and so may stand between a softmax and the output.
  private static let transparent: Set = [
    "Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze",
  ]

  /// The value that holds the class scores (logits): the only output or, where that is a softmax of
  /// something, what the softmax is of.
  ///
  /// Training on scores is exact where a softmax has rounded to 0.
  ///
  /// - Throws: `TrainingError.scores` when there is not one output.
  public func classScores() throws(TrainingError) -> String {
    guard outputs.count == 1, let output = outputs.first else {
      throw .scores(
        value: outputs.map(\.name).joined(separator: ", "), expected: "one output",
        found: "\(outputs.count)")
    }
    var value = output.name
    while let node = producer(of: value), let input = node.inputs.first {
      if node.operatorType == "Softmax" { return input }
      guard Graph.transparent.contains(node.operatorType) else { break }
      value = input
    }
    return output.name
  }

  /// The part of the graph that computes one value, with that value as its only output.
  func computing(_ value: String) -> Graph {
    guard outputs.map(\.name) != [value] else { return self }
    var part = self
    part.outputs = [Value(name: value, extents: nil)]
    return part.removingUnused()
  }
}
