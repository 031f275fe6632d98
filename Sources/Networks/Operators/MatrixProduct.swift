import Tensors

/// ONNX's MatMul: NumPy's matrix product, with leading axes broadcast.
///
/// A first operand of one axis is a row, a second one a column; the axis of extent 1 that this adds
/// is left out of the result.
struct MatrixProduct: Operator {
  static let type = "MatMul"

  private let node: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "A")
    try node.require(1, named: "B")
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard inputs.count == 2, let a = inputs[0], let b = inputs[1],
      let product = BatchedProduct(a, b)
    else {
      throw node.mismatch(
        expected: "matrices with one inner extent and leading axes that broadcast", found: inputs)
    }
    let rows = a.rank > 1 ? [product.rows] : []
    let columns = b.rank > 1 ? [product.columns] : []
    return [try node.shape(of: product.batch + rows + columns, from: inputs)]
  }

  func multiplyAccumulates(inputs: [Shape?], outputs: [Shape]) -> Int {
    guard inputs.count == 2, let a = inputs[0], let b = inputs[1],
      let product = BatchedProduct(a, b)
    else { return 0 }
    return product.count * product.rows * product.inner * product.columns
  }

  func forward(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1),
      let product = BatchedProduct(a.shape, b.shape)?.collapsed
    else { return }
    product.forEachMatrix(isApart: true, call.workspace) { index, pool, scratch in
      let offsets = product.offsets(of: index)
      ParallelProduct(rows: product.rows, columns: product.columns, inner: product.inner).run(
        .init(a.pointer + offsets.a, stride: product.inner),
        .init(b.pointer + offsets.b, stride: product.columns),
        into: call.outputs[0].pointer + index * product.rows * product.columns,
        stride: product.columns, pool, scratch)
    }
  }

  /// dA = dY · Bᵀ and dB = Aᵀ · dY, summed over the axes that were broadcast.
  func backward(_ call: OperatorCall) {
    guard let a = call.input(0), let b = call.input(1),
      let product = BatchedProduct(a.shape, b.shape)?.collapsed
    else { return }
    let (rows, inner, columns) = (product.rows, product.inner, product.columns)
    let gradient = call.outputGradients[0].pointer
    if let target = call.inputGradient(0) {
      product.forEachMatrix(isApart: !product.broadcastsA, call.workspace) { index, pool, scratch in
        let offsets = product.offsets(of: index)
        ParallelProduct(rows: rows, columns: inner, inner: columns, beta: 1).run(
          .init(gradient + index * rows * columns, stride: columns),
          .init(b.pointer + offsets.b, stride: columns, transposed: true),
          into: target.pointer + offsets.a, stride: inner, pool, scratch)
      }
    }
    if let target = call.inputGradient(1) {
      product.forEachMatrix(isApart: !product.broadcastsB, call.workspace) { index, pool, scratch in
        let offsets = product.offsets(of: index)
        ParallelProduct(rows: inner, columns: columns, inner: rows, beta: 1).run(
          .init(a.pointer + offsets.a, stride: inner, transposed: true),
          .init(gradient + index * rows * columns, stride: columns),
          into: target.pointer + offsets.b, stride: columns, pool, scratch)
      }
    }
  }
}

/// The extents of a matrix product with leading axes.
private struct BatchedProduct {
  let rows: Int
  let inner: Int
  let columns: Int
  /// The leading axes of the result, and those of the operands under them.
  let batch: [Int]
  private let batchA: [Int]
  private let batchB: [Int]

  /// Nil when the shapes do not fit.
  init?(_ a: Shape, _ b: Shape) {
    guard a.rank > 0, b.rank > 0 else { return nil }
    inner = a[a.rank - 1]
    rows = a.rank > 1 ? a[a.rank - 2] : 1
    columns = b.rank > 1 ? b[b.rank - 1] : 1
    let leadingA = Array(a.extents.dropLast(2))
    let leadingB = Array(b.extents.dropLast(2))
    guard b[max(0, b.rank - 2)] == inner,
      let batch = Shape(leadingA).broadcast(with: Shape(leadingB))
    else { return nil }
    self.batch = batch.extents
    batchA = [Int](repeating: 1, count: batch.rank - leadingA.count) + leadingA
    batchB = [Int](repeating: 1, count: batch.rank - leadingB.count) + leadingB
  }

  private init(rows: Int, inner: Int, columns: Int) {
    self.rows = rows
    self.inner = inner
    self.columns = columns
    (batch, batchA, batchB) = ([], [], [])
  }

  /// The number of matrices in the result.
  var count: Int { batch.reduce(1, *) }
  /// Whether several matrices of the result share one of A.
  var broadcastsA: Bool { batchA != batch }
  /// Whether several matrices of the result share one of B.
  var broadcastsB: Bool { batchB != batch }

  /// One product of many rows where a single B serves all of A.
  var collapsed: BatchedProduct {
    guard !broadcastsA && batchB.allSatisfy({ $0 == 1 }) else { return self }
    return BatchedProduct(rows: count * rows, inner: inner, columns: columns)
  }

  /// Where the operands of one matrix of the result begin.
  func offsets(of index: Int) -> (a: Int, b: Int) {
    var (rest, a, b, strideA, strideB) = (index, 0, 0, rows * inner, inner * columns)
    for axis in batch.indices.reversed() {
      let position = rest % batch[axis]
      rest /= batch[axis]
      if batchA[axis] > 1 { a += position * strideA }
      if batchB[axis] > 1 { b += position * strideB }
      strideA *= batchA[axis]
      strideB *= batchB[axis]
    }
    return (a, b)
  }

  /// Visits the matrices of the result: in parallel where they write apart and are many, otherwise
  /// in order with parallel work inside each.
  func forEachMatrix(
    isApart: Bool, _ workspace: Workspace, _ body: (Int, WorkerPool, Scratch) -> Void
  ) {
    let work = rows * inner * columns
    let shards = Shards(of: count, limit: 16, least: 1 + (1 << 17) / max(1, work))
    guard isApart && shards.parts > 1 else {
      for index in 0..<count { body(index, workspace.pool, workspace.scratch) }
      return
    }
    workspace.run(shards: shards.parts) { part, scratch in
      for index in shards[part] { body(index, WorkerPool(threads: 1), scratch) }
    }
  }
}
