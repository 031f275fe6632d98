import Tensors

/// ONNX's Gemm: Y = alpha · A′ · B′ + beta · C, A′ and B′ transposed or not, C broadcast to Y.
///
/// A fused Relu or Clip gives the attributes `fused_lower` and `fused_upper`: Y ← min(max(Y, lower),
/// upper).
struct GeneralProduct: Operator {
  static let type = "Gemm"

  private let node: NodeReader
  private let alpha: Float
  private let beta: Float
  private let transposesA: Bool
  private let transposesB: Bool
  private let hasConstantWeights: Bool
  private let lower: Float
  private let upper: Float
  /// The floats of B packed for the product, and for the gradient of A; 0 where it is not packed.
  private var packedCount = 0
  private var packedGradientCount = 0

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    if node.hasInput(2) { try node.require(2, named: "C") }
    self.node = node
    alpha = try node.float("alpha", default: 1)
    beta = try node.float("beta", default: 1)
    transposesA = try node.int("transA", default: 0) != 0
    transposesB = try node.int("transB", default: 0) != 0
    hasConstantWeights = node.constant(1) != nil
    lower = try node.float("fused_lower", default: -.infinity)
    upper = try node.float("fused_upper", default: .infinity)
  }

  private struct Extents {
    let rows: Int
    let inner: Int
    let columns: Int
  }

  private func extents(_ a: Shape, _ b: Shape) -> Extents {
    Extents(
      rows: a[transposesA ? 1 : 0], inner: a[transposesA ? 0 : 1],
      columns: b[transposesB ? 0 : 1])
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard inputs.count >= 2, let a = inputs[0], let b = inputs[1], a.rank == 2, b.rank == 2,
      a[transposesA ? 0 : 1] == b[transposesB ? 1 : 0]
    else {
      throw node.mismatch(expected: "two matrices with one inner extent", found: inputs)
    }
    let extents = extents(a, b)
    let output = try node.shape(of: [extents.rows, extents.columns], from: inputs)
    if inputs.count > 2, let c = inputs[2], c.broadcast(with: output) != output {
      throw node.mismatch(expected: "a C that broadcasts to \(output)", found: inputs)
    }
    return [output]
  }

  func multiplyAccumulates(inputs: [Shape?], outputs: [Shape]) -> Int {
    guard inputs.count > 1, let a = inputs[0], let b = inputs[1] else { return 0 }
    let extents = extents(a, b)
    return extents.rows * extents.inner * extents.columns
  }

  // MARK: - Packed weights

  func fitted(to site: OperatorSite) -> GeneralProduct {
    var fitted = self
    if hasConstantWeights, site.inputs.count > 1, let a = site.inputs[0], let b = site.inputs[1] {
      let extents = extents(a, b)
      // Weights that change from pass to pass are packed only where that is the lesser work.
      let changes = site.mode != .inference
      if product(extents).packs(transposingA: transposesA), !(changes && product(extents).swaps) {
        fitted.packedCount = product(extents).packedCount
      }
      if changes, gradientOfA(extents).packs(transposingA: transposesA),
        !gradientOfA(extents).swaps
      {
        fitted.packedGradientCount = gradientOfA(extents).packedCount
      }
    }
    return fitted
  }

  /// The packed weights, then whether those of the gradient are up to date.
  func stateCount(at site: OperatorSite) -> Int { packedCount + packedGradientCount + 1 }

  func prepare(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1) else { return }
    let extents = extents(a.shape, b.shape)
    if packedCount > 0 { product(extents).pack(right(b), into: call.state) }
    // A network that is only followed, as a target is, never asks for the gradient's.
    call.state[packedCount + packedGradientCount] = 0
  }

  private func product(_ extents: Extents) -> ParallelProduct {
    ParallelProduct(
      rows: extents.rows, columns: extents.columns, inner: extents.inner, alpha: alpha,
      lower: lower, upper: upper)
  }

  private func right(_ b: TensorView) -> LinearAlgebra.Operand<Float> {
    LinearAlgebra.Operand(b.pointer, stride: b.shape[1], transposed: transposesB)
  }

  // MARK: - Forward

  func forward(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1) else { return }
    let extents = extents(a.shape, b.shape)
    let output = call.outputs[0].pointer
    let c = beta == 0 ? nil : call.input(2)
    var product = product(extents)
    var bias: UnsafePointer<Float>?
    if let c {
      let (rowStride, columnStride) = strides(of: c.shape, extents)
      if beta == 1, rowStride == 0, columnStride == 1, product.packs(transposingA: transposesA) {
        bias = UnsafePointer(c.pointer)
      } else {
        fill(output, with: c, extents)
        product.beta = 1
      }
    }
    product.run(
      LinearAlgebra.Operand(a.pointer, stride: a.shape[1], transposed: transposesA), right(b),
      packed: packedCount > 0 ? UnsafePointer(call.state) : nil, bias: bias, into: output,
      stride: extents.columns, call.pool, call.workspace.scratch)
  }

  /// beta · C, broadcast.
  private func fill(
    _ output: UnsafeMutablePointer<Float>, with c: TensorView, _ extents: Extents
  ) {
    let (rowStride, columnStride) = strides(of: c.shape, extents)
    for row in 0..<extents.rows {
      let line = output + row * extents.columns
      let source = c.pointer + row * rowStride
      if columnStride == 1 && beta == 1 {
        line.update(from: source, count: extents.columns)
      } else {
        for column in 0..<extents.columns { line[column] = beta * source[column * columnStride] }
      }
    }
  }

  /// From row to row and from column to column of C, 0 where it is broadcast.
  private func strides(of c: Shape, _ extents: Extents) -> (row: Int, column: Int) {
    let columns = c.rank > 0 ? c[c.rank - 1] : 1
    let rows = c.rank > 1 ? c[c.rank - 2] : 1
    return (rows == 1 ? 0 : columns, columns == 1 ? 0 : 1)
  }

  // MARK: - Gradients

  func backward(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1) else { return }
    let extents = extents(a.shape, b.shape)
    let gradient = call.outputGradients[0].pointer
    passThroughClamp(call)
    if let target = call.inputGradient(0) { addGradientOfA(call, b, extents, into: target) }
    if let target = call.inputGradient(1) { addGradientOfB(call, a, extents, into: target) }
    if let target = call.inputGradient(2) {
      addGradientOfC(gradient, extents, into: target, call.workspace)
    }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position < 2 }

  /// Zeros in dY where a fused clamp held Y; nobody else reads it any more.
  private func passThroughClamp(_ call: OperatorCall) {
    guard lower > -.infinity || upper < .infinity else { return }
    let (gradient, output) = (call.outputGradients[0].pointer, call.outputs[0].pointer)
    call.pool.forEachChunk(of: call.outputs[0].count) { range in
      Kernels.clampGradient(
        input: output + range.lowerBound, gradient: gradient + range.lowerBound, lower: lower,
        upper: upper, accumulates: false, into: gradient + range.lowerBound, count: range.count)
    }
  }

  /// dA′ = alpha · dY · B′ᵀ; of a transposed A it is the transpose that is wanted, B′ · dYᵀ.
  private func gradientOfA(_ extents: Extents) -> ParallelProduct {
    ParallelProduct(
      rows: transposesA ? extents.inner : extents.rows,
      columns: transposesA ? extents.rows : extents.inner, inner: extents.columns, alpha: alpha,
      beta: 1)
  }

  private func rightOfGradientOfA(_ b: TensorView) -> LinearAlgebra.Operand<Float> {
    LinearAlgebra.Operand(
      b.pointer, stride: b.shape[1], transposed: transposesA == transposesB)
  }

  private func addGradientOfA(
    _ call: OperatorCall, _ b: TensorView, _ extents: Extents, into target: TensorView
  ) {
    let output = LinearAlgebra.Operand(
      UnsafePointer(call.outputGradients[0].pointer), stride: extents.columns,
      transposed: transposesA)
    let right = rightOfGradientOfA(b)
    if packedGradientCount > 0, call.state[packedCount + packedGradientCount] == 0 {
      gradientOfA(extents).pack(right, into: call.state + packedCount)
      call.state[packedCount + packedGradientCount] = 1
    }
    var product = gradientOfA(extents)
    product.beta = call.overwrites(0) ? 0 : 1
    product.run(
      transposesA ? right : output, transposesA ? output : right,
      packed: packedGradientCount > 0 ? UnsafePointer(call.state + packedCount) : nil,
      into: target.pointer, stride: target.shape[1], call.pool, call.workspace.scratch)
  }

  /// dB′ = alpha · A′ᵀ · dY; of a transposed B the transpose, dYᵀ · A′.
  private func addGradientOfB(
    _ call: OperatorCall, _ a: TensorView, _ extents: Extents, into target: TensorView
  ) {
    let output = LinearAlgebra.Operand(
      UnsafePointer(call.outputGradients[0].pointer), stride: extents.columns,
      transposed: transposesB)
    let left = LinearAlgebra.Operand(
      UnsafePointer(a.pointer), stride: a.shape[1], transposed: transposesA == transposesB)
    ParallelProduct(
      rows: transposesB ? extents.columns : extents.inner,
      columns: transposesB ? extents.inner : extents.columns, inner: extents.rows, alpha: alpha,
      beta: call.overwrites(1) ? 0 : 1
    ).run(
      transposesB ? output : left, transposesB ? left : output, into: target.pointer,
      stride: target.shape[1], call.pool, call.workspace.scratch)
  }

  /// dC = beta · dY, summed over the axes that C was broadcast along.
  private func addGradientOfC(
    _ gradient: UnsafeMutablePointer<Float>, _ extents: Extents, into target: TensorView,
    _ workspace: Workspace
  ) {
    let (rowStride, columnStride) = strides(of: target.shape, extents)
    if columnStride == 1 && rowStride == 0 {
      ColumnSums.accumulate(
        gradient, rows: extents.rows, columns: extents.columns, scale: Double(beta),
        into: target.pointer, workspace: workspace)
      return
    }
    if columnStride == 1 {
      Kernels.scaleAccumulate(beta, gradient, into: target.pointer, count: target.count)
      return
    }
    var sums = [Double](repeating: 0, count: target.count)
    for row in 0..<extents.rows {
      for column in 0..<extents.columns {
        sums[row * rowStride] += Double(gradient[row * extents.columns + column])
      }
    }
    for element in sums.indices { target.pointer[element] += beta * Float(sums[element]) }
  }
}
