import Tensors

/// ONNX Identity: y = x.
struct Identity: ElementwiseOperator {
  static let type = "Identity"
  let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    reader = node
  }

  func value(_ x: Float) -> Float { x }
  func derivative(_ x: Float, _ y: Float) -> Float { 1 }
}

/// ONNX Dropout: y = x, whatever the ratio and the mode; the mask says that all is kept.
///
/// Fine-tuning a compressed network runs without it: a smaller network needs less regularisation,
/// and every pass stays a function of its inputs.
struct Dropout: Operator {
  static let type = "Dropout"
  private let reader: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "data")
    return [Shape](repeating: shape, count: max(1, min(2, reader.node.outputs.count)))
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    StridedCopy(from: input, to: call.outputs[0]).copy(on: call.pool)
    for mask in call.outputs.dropFirst() { mask.pointer.update(repeating: 1, count: mask.count) }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    StridedCopy(from: call.outputGradients[0], to: gradient).add(on: call.pool)
  }
}
