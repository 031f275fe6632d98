import Tensors

/// The mean over all spatial axes: y[n,c,1,…] = (1/S) Σ over positions of x[n,c,…].
struct GlobalAveragePool: Operator {
  static let type = "GlobalAveragePool"

  private let node: NodeReader
  private var mean: AxisMean?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard let input = inputs.first ?? nil, input.rank >= 3 else {
      throw node.mismatch(expected: "an input of at least 3 axes", found: inputs)
    }
    return [Shape([input[0], input[1]] + [Int](repeating: 1, count: input.rank - 2))]
  }

  /// Means are taken in memory order, so any layout will do.
  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    mean?.forward(input.pointer, into: call.outputs[0].pointer, workspace: call.workspace)
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    mean?.backward(
      call.outputGradients[0].pointer, into: gradient.pointer, workspace: call.workspace)
  }

  func fitted(to site: OperatorSite) -> GlobalAveragePool {
    guard let input = site.inputs[0] else { return self }
    let layout = site.layouts.inputs[0]
    var reduced = [Bool](repeating: true, count: input.rank)
    for axis in 0..<2 { reduced[layout.physicalAxis(axis)] = false }
    var fitted = self
    fitted.mean = AxisMean(extents: layout.physicalShape(input).extents, reduced: reduced)
    return fitted
  }
}
