import Tensors

/// Our own operator: values brought to the levels of a linear quantiser and kept as floats.
///
///     y = scale · clamp(round(x / scale), lowest, highest)
///
/// rounded half to even, with the levels of `QuantizationLevels` for the attributes `bits` and `signed`.
/// The second input is the constant scale: one number, or one for each index of the axis `axis`. The
/// gradient is straight-through: it passes where clamping changes nothing and is 0 elsewhere; the scale
/// has none. A scale of 0 leaves its values as they are: it is that of channels of zeros.
struct FakeQuantize: Operator {
  static let type = "FakeQuantize"

  let levels: QuantizationLevels
  private let node: NodeReader
  private let axis: Int
  private let scales: ChannelScales
  private let grids: [Kernels.Grid?]

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "x")
    let bits = try node.int("bits", default: 8)
    let isSigned = try node.int("signed", default: 1) != 0
    guard let levels = QuantizationLevels(bits: bits, isSigned: isSigned) else {
      throw node.unsupported("bits", "\(bits)")
    }
    axis = try node.int("axis", default: 0)
    scales = try ChannelScales(node, input: 1, named: "scale", axis: axis)
    guard scales.scales.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .missingInput(node: node.node.name, type: Self.type, input: "scale")
    }
    grids = scales.scales.map { levels.grid(scale: $0) }
    self.levels = levels
    self.node = node
  }

  /// The only grid there is, nil where each channel has its own or the scale is 0.
  var soleGrid: Kernels.Grid? { scales.isOne ? grids[0] : nil }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try node.shape(inputs, 0, named: "x")
    try scales.check(shape)
    return [shape]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    scales.layouts(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let x = call.input(0) else { return }
    let y = call.outputs[0].pointer
    scales.forEachRange(of: x.shape, call.pool) { range, channel in
      let first = range.lowerBound
      if let grid = grids[channel] {
        Kernels.quantize(x.pointer + first, to: grid, into: y + first, count: range.count)
      } else {
        (y + first).update(from: x.pointer + first, count: range.count)
      }
    }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position == 0 }

  func backward(_ call: OperatorCall) {
    guard let x = call.input(0), let gradient = call.inputGradient(0)?.pointer else { return }
    let outer = call.outputGradients[0].pointer
    let accumulates = !call.overwrites(0)
    scales.forEachRange(of: x.shape, call.pool) { range, channel in
      let (first, count) = (range.lowerBound, range.count)
      if let grid = grids[channel] {
        Kernels.quantizeGradient(
          input: x.pointer + first, gradient: outer + first, grid: grid, accumulates: accumulates,
          into: gradient + first, count: count)
      } else if accumulates {
        Kernels.accumulate(outer + first, into: gradient + first, count: count)
      } else {
        (gradient + first).update(from: outer + first, count: count)
      }
    }
  }

  /// The values of a constant whose shape fits.
  func values(of tensor: Tensor) -> Tensor {
    levels.quantize(tensor, scales: scales.scales, axis: tensor.shape.axis(axis) ?? 0)
  }
}
