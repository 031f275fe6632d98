import Tensors

/// Our own operator `FakeQuantize`: values brought to the levels of a linear quantiser and kept as floats,
///
///     y = scale · clamp(round(x / scale), lowest, highest)
///
/// rounded half to even, with the levels of `QuantizationLevels` for the attributes `bits` and `signed`.
/// The second input is the constant scale: one number, or one for each index of the axis `axis`. The
/// gradient is straight-through: it passes where clamping changes nothing and is 0 elsewhere; the scale
/// has none. A scale of 0 leaves its values as they are, which are all 0 where a scale is fitted.
struct FakeQuantize: Operator {
  static let type = "FakeQuantize"

  let levels: QuantizationLevels
  private let node: NodeReader
  private let axis: Int
  private let scales: [Float]

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "x")
    let bits = try node.int("bits", default: 8)
    let isSigned = try node.int("signed", default: 1) != 0
    guard let levels = QuantizationLevels(bits: bits, isSigned: isSigned) else {
      throw node.unsupported("bits", "\(bits)")
    }
    guard let scales = node.constant(1)?.tensor, scales.shape.rank <= 1, scales.count > 0,
      scales.scalars.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw .missingInput(node: node.node.name, type: Self.type, input: "scale")
    }
    self.levels = levels
    self.node = node
    self.scales = scales.scalars
    axis = try node.int("axis", default: 0)
  }

  /// The only grid there is, nil where each channel has its own or the scale is 0.
  var soleGrid: Kernels.Grid? { scales.count == 1 ? levels.grid(scale: scales[0]) : nil }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try node.shape(inputs, 0, named: "x")
    guard scales.count > 1 else { return [shape] }
    let axis = try node.axis(axis, rank: shape.rank)
    guard shape[axis] == scales.count else {
      throw node.mismatch(
        expected: "\(scales.count) channels along axis \(axis), one for each scale", found: inputs)
    }
    return [shape]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let first = Array(inputs.prefix(1))
    let plan =
      scales.count == 1
      ? LayoutPlan.following(first, outputs: outputs)
      : LayoutPlan(inputs: [.rowMajor], outputs: [.rowMajor])
    let others = [Layout](repeating: .rowMajor, count: max(0, inputs.count - 1))
    return LayoutPlan(inputs: plan.inputs + others, outputs: plan.outputs)
  }

  /// Calls `body` with ranges of one grid each, at the same time where there are many elements.
  private func forEachRange(
    of shape: Shape, _ pool: WorkerPool, _ body: (Range<Int>, Kernels.Grid?) -> Void
  ) {
    if scales.count == 1 {
      let grid = soleGrid
      return pool.forEachChunk(of: shape.count) { body($0, grid) }
    }
    guard let axis = shape.axis(axis), shape.count > 0 else { return }
    let run = shape.extents[(axis + 1)...].reduce(1, *)
    let rows = shape.count / run
    pool.forEachChunk(of: rows, chunk: max(1, WorkerPool.chunk / run)) { range in
      for row in range {
        let grid = levels.grid(scale: scales[row % scales.count])
        body(row * run..<(row + 1) * run, grid)
      }
    }
  }

  func forward(_ call: OperatorCall) {
    guard let x = call.input(0) else { return }
    let y = call.outputs[0].pointer
    forEachRange(of: x.shape, call.pool) { range, grid in
      let first = range.lowerBound
      if let grid {
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
    forEachRange(of: x.shape, call.pool) { range, grid in
      let (first, count) = (range.lowerBound, range.count)
      if let grid {
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

  /// The values of a constant.
  func values(of tensor: Tensor) -> Tensor {
    var result = tensor
    tensor.scalars.withUnsafeBufferPointer { x in
      result.scalars.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        // Safe: ranges are apart.
        nonisolated(unsafe) let (from, to) = (x, y)
        forEachRange(of: tensor.shape, WorkerPool(threads: 1)) { range, grid in
          guard let grid else { return }
          let first = range.lowerBound
          Kernels.quantize(from + first, to: grid, into: to + first, count: range.count)
        }
      }
    }
    return result
  }
}
