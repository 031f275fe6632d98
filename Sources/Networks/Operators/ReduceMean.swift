import Tensors

/// The mean over the axes that input 1 names, or over all of them.
///
/// Means are taken in memory order: a channels-last input is converted only where the axes that are
/// left would come out in another order than the graph's.
struct ReduceMean: Operator {
  static let type = "ReduceMean"

  private let node: NodeReader
  private let axes: [Int]
  private let keepsAxes: Bool
  private let isIdentityWithoutAxes: Bool
  private var mean: AxisMean?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    self.node = node
    axes = try node.integers(1, named: "axes") ?? []
    keepsAxes = try node.int("keepdims", default: 1) != 0
    isIdentityWithoutAxes = try node.int("noop_with_empty_axes", default: 0) != 0
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard let input = inputs.first ?? nil, axes.allSatisfy({ input.axis($0) != nil }) else {
      throw node.mismatch(expected: "an input that has the axes \(axes)", found: inputs)
    }
    if axes.isEmpty && isIdentityWithoutAxes { return [input] }
    let reduced = reducedAxes(of: input)
    let extents = zip(input.extents, reduced).compactMap { extent, isReduced in
      isReduced ? (keepsAxes ? 1 : nil) : extent
    }
    return [Shape(extents)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    guard let input = inputs.first ?? nil, input.layout == .channelsLast else {
      return LayoutPlan(inputs: inputs.map { _ in .rowMajor }, outputs: [.rowMajor])
    }
    let rest = inputs.dropFirst().map { _ in Layout.rowMajor }
    if outputs[0].rank == 4 {
      return LayoutPlan(inputs: [.channelsLast] + rest, outputs: [.channelsLast])
    }
    let reduced = reducedAxes(of: input.shape)
    let keepsOrder = reduced[1] || (reduced[2] && reduced[3])
    return LayoutPlan(
      inputs: [keepsOrder ? .channelsLast : .rowMajor] + rest, outputs: [.rowMajor])
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

  /// Whether the mean is over each axis of the graph.
  private func reducedAxes(of shape: Shape) -> [Bool] {
    var reduced = [Bool](repeating: axes.isEmpty && !isIdentityWithoutAxes, count: shape.rank)
    for axis in axes.compactMap(shape.axis) { reduced[axis] = true }
    return reduced
  }

  func fitted(to site: OperatorSite) -> ReduceMean {
    guard let input = site.inputs[0] else { return self }
    let layout = site.layouts.inputs[0]
    var reduced = [Bool](repeating: false, count: input.rank)
    for (axis, isReduced) in reducedAxes(of: input).enumerated() {
      reduced[layout.physicalAxis(axis)] = isReduced
    }
    var fitted = self
    fitted.mean = AxisMean(extents: layout.physicalShape(input).extents, reduced: reduced)
    return fitted
  }
}
