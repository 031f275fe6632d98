import Tensors

/// ONNX's Gemm: Y = alpha · A′ · B′ + beta · C, A′ and B′ transposed or not, C broadcast to Y.
struct GeneralProduct: Operator {
  static let type = "Gemm"

  private let node: NodeReader
  private let alpha: Float
  private let beta: Float
  private let transposesA: Bool
  private let transposesB: Bool

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    if node.hasInput(2) { try node.require(2, named: "C") }
    self.node = node
    alpha = try node.float("alpha", default: 1)
    beta = try node.float("beta", default: 1)
    transposesA = try node.int("transA", default: 0) != 0
    transposesB = try node.int("transB", default: 0) != 0
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

  func forward(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1) else { return }
    let extents = extents(a.shape, b.shape)
    let output = call.outputs[0].pointer
    let c = beta == 0 ? nil : call.input(2)
    if let c { fill(output, with: c, extents) }
    ParallelProduct.multiply(
      rows: extents.rows, columns: extents.columns, inner: extents.inner,
      .init(a.pointer, stride: a.shape[1], transposed: transposesA),
      .init(b.pointer, stride: b.shape[1], transposed: transposesB), alpha: alpha,
      beta: c == nil ? 0 : 1, into: output, stride: extents.columns, pool: call.pool)
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
    if let target = call.inputGradient(0) {
      addGradientOfA(gradient, b, extents, into: target, call.pool)
    }
    if let target = call.inputGradient(1) {
      addGradientOfB(gradient, a, extents, into: target, call.pool)
    }
    if let target = call.inputGradient(2) {
      addGradientOfC(gradient, extents, into: target, call.workspace)
    }
  }

  /// dA′ = alpha · dY · B′ᵀ.
  private func addGradientOfA(
    _ gradient: UnsafeMutablePointer<Float>, _ b: TensorView, _ extents: Extents,
    into target: TensorView, _ pool: WorkerPool
  ) {
    let output = LinearAlgebra.Operand(
      UnsafePointer(gradient), stride: extents.columns, transposed: transposesA)
    let right = LinearAlgebra.Operand(
      UnsafePointer(b.pointer), stride: b.shape[1], transposed: transposesA == transposesB)
    ParallelProduct.multiply(
      rows: target.shape[0], columns: target.shape[1], inner: extents.columns,
      transposesA ? right : output, transposesA ? output : right, alpha: alpha, beta: 1,
      into: target.pointer, stride: target.shape[1], pool: pool)
  }

  /// dB′ = alpha · A′ᵀ · dY.
  private func addGradientOfB(
    _ gradient: UnsafeMutablePointer<Float>, _ a: TensorView, _ extents: Extents,
    into target: TensorView, _ pool: WorkerPool
  ) {
    let output = LinearAlgebra.Operand(
      UnsafePointer(gradient), stride: extents.columns, transposed: transposesB)
    let left = LinearAlgebra.Operand(
      UnsafePointer(a.pointer), stride: a.shape[1], transposed: transposesA == transposesB)
    ParallelProduct.multiply(
      rows: target.shape[0], columns: target.shape[1], inner: extents.rows,
      transposesB ? output : left, transposesB ? left : output, alpha: alpha, beta: 1,
      into: target.pointer, stride: target.shape[1], pool: pool)
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
