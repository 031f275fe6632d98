import Tensors

/// Our own operator: a value of one example repeated for every example of a batch, as a class token is.
///
/// The second input says how many there are by its first extent, and nothing else of it is read. Files say
/// the same with Expand to a shape that is computed from the batch.
struct BatchExpand: Operator {
  static let type = "BatchExpand"

  private let node: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "value")
    try node.require(1, named: "reference")
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let value = try node.shape(inputs, 0, named: "value")
    let reference = try node.shape(inputs, 1, named: "reference")
    guard value.rank > 0, value[0] == 1, reference.rank > 0 else {
      throw node.mismatch(expected: "a value of one example and a batch", found: inputs)
    }
    return [try node.shape(of: [reference[0]] + value.extents.dropFirst(), from: inputs)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let reference = inputs.count > 1 ? inputs[1]?.layout ?? .rowMajor : .rowMajor
    return LayoutPlan(
      inputs: inputs.indices.map { $0 == 1 ? reference : .rowMajor }, outputs: [.rowMajor])
  }

  func forward(_ call: OperatorCall) {
    guard let value = call.input(0) else { return }
    let output = call.outputs[0]
    for example in 0..<output.shape[0] {
      (output.pointer + example * value.count).update(from: value.pointer, count: value.count)
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    let outer = call.outputGradients[0]
    for example in 0..<outer.shape[0] {
      Kernels.accumulate(
        outer.pointer + example * gradient.count, into: gradient.pointer, count: gradient.count)
    }
  }
}

extension Node {
  /// A node of our own operator `BatchExpand`.
  ///
  /// - Parameters:
  ///   - name: the node's name.
  ///   - value: what is repeated, with a first extent of 1.
  ///   - reference: a value whose first axis is the batch.
  ///   - output: what the node writes.
  static func batchExpand(
    name: String, value: String, reference: String, output: String
  ) -> Node {
    Node(
      name: name, operatorType: BatchExpand.type, inputs: [value, reference], outputs: [output])
  }

  /// Whether the node is a `BatchExpand`.
  public var isBatchExpand: Bool { operatorType == BatchExpand.type }
}
