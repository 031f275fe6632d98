import Tensors

/// A matrix product C = alpha · A · B + beta · C, cut into fixed bands of rows where it is large.
///
/// Plain products run on our own packed kernels, whose rows do not depend on the band they are in;
/// those with other factors, or of two transposed matrices, are BLAS's. The result is limited to
/// `lower`…`upper` at last.
struct ParallelProduct {
  let rows: Int
  let columns: Int
  let inner: Int
  var alpha: Float = 1
  /// The factor of what stands in C; with 0 nothing is read there.
  var beta: Float = 0
  var lower: Float = -.infinity
  var upper: Float = .infinity

  /// The floats of a packed right operand.
  var packedCount: Int { Kernels.packedCount(k: inner, outputs: columns) }

  /// Whether a right operand may be packed beforehand.
  func packs(transposingA: Bool) -> Bool {
    alpha == 1 && (beta == 0 || beta == 1) && !transposingA
  }

  /// Whether packing a right operand that changes from pass to pass would cost more than packing A and
  /// turning the result.
  var swaps: Bool {
    (16...65_536).contains(rows) && rows * (inner + columns) <= inner * columns
  }

  /// Packs the right operand, inner × columns as read.
  func pack(_ b: LinearAlgebra.Operand<Float>, into packed: UnsafeMutablePointer<Float>) {
    Kernels.pack(
      matrix: b.elements, rowStride: b.transposed ? 1 : b.stride,
      columnStride: b.transposed ? b.stride : 1, k: inner, outputs: columns, into: packed)
  }

  /// - Parameters:
  ///   - a: the left operand, rows × inner as read.
  ///   - b: the right operand, inner × columns as read.
  ///   - packed: B as `pack` leaves it, where it is at hand.
  ///   - bias: one number for each column to add, only where `packs`.
  ///   - c: the result.
  ///   - stride: the distance between the rows of the result.
  func run(
    _ a: LinearAlgebra.Operand<Float>, _ b: LinearAlgebra.Operand<Float>,
    packed: UnsafePointer<Float>? = nil, bias: UnsafePointer<Float>? = nil,
    into c: UnsafeMutablePointer<Float>, stride: Int, _ pool: WorkerPool, _ scratch: Scratch
  ) {
    guard rows > 0 && columns > 0 else { return }
    if packs(transposingA: a.transposed) {
      let epilogue = Kernels.Epilogue(
        output: c, outputStride: stride, bias: bias, lower: lower, upper: upper,
        accumulate: beta == 1)
      if let packed { return runPacked(a, packed, epilogue, pool) }
      if swaps { return runSwapped(a, b, epilogue, pool, scratch) }
      scratch.withMemory(of: Float.self, count: packedCount) { memory in
        pack(b, into: memory)
        runPacked(a, memory, epilogue, pool)
      }
      return
    }
    if alpha == 1, beta == 0 || beta == 1, !b.transposed {
      runTransposed(a, b, into: c, stride: stride, pool)
    } else {
      runBLAS(a, b, into: c, stride: stride, pool)
    }
    guard lower > -.infinity || upper < .infinity else { return }
    for row in 0..<rows {
      let line = c + row * stride
      Kernels.clamp(line, lower: lower, upper: upper, into: line, count: columns)
    }
  }

  /// A · B of few rows, cut into bands of columns.
  private func runSwapped(
    _ a: LinearAlgebra.Operand<Float>, _ b: LinearAlgebra.Operand<Float>,
    _ epilogue: Kernels.Epilogue, _ pool: WorkerPool, _ scratch: Scratch
  ) {
    let bands = bands(of: columns, other: rows)
    let count = Kernels.swappedCount(rows: rows, k: inner, outputs: columns)
    let (bStride, bStep) = b.transposed ? (b.stride, 1) : (1, b.stride)
    scratch.withMemory(of: Float.self, count: bands.parts * count) { memory in
      pool.run(shards: bands.parts) { part in
        let band = bands[part]
        Kernels.matmulSwapped(
          a.elements, stride: a.stride, rows: rows, k: inner,
          b: b.elements + band.lowerBound * bStride, bStride: bStride, bStep: bStep,
          outputs: band.count, memory: memory + part * count,
          epilogue: epilogue.moved(by: band.lowerBound, bias: band.lowerBound))
      }
    }
  }

  /// A · B.
  private func runPacked(
    _ a: LinearAlgebra.Operand<Float>, _ packed: UnsafePointer<Float>,
    _ epilogue: Kernels.Epilogue, _ pool: WorkerPool
  ) {
    forEachBand(pool) { band in
      Kernels.matmulDense(
        a.elements + band.lowerBound * a.stride, stride: a.stride, rows: band.count, k: inner,
        packed: packed, outputs: columns,
        epilogue: epilogue.moved(by: band.lowerBound * epilogue.outputStride))
    }
  }

  /// Aᵀ · B of an A that is stored inner × rows.
  private func runTransposed(
    _ a: LinearAlgebra.Operand<Float>, _ b: LinearAlgebra.Operand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, _ pool: WorkerPool
  ) {
    forEachBand(pool) { band in
      if beta == 0, inner == 0 {
        for row in band { (c + row * stride).update(repeating: 0, count: columns) }
      }
      Kernels.matmulTransposedDense(
        a.elements + band.lowerBound, stride: a.stride, rows: inner, k: band.count, d: b.elements,
        dStride: b.stride, outputs: columns, gradient: c + band.lowerBound * stride,
        gradientStride: stride, accumulates: beta == 1)
    }
  }

  private func runBLAS(
    _ a: LinearAlgebra.Operand<Float>, _ b: LinearAlgebra.Operand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, _ pool: WorkerPool
  ) {
    guard inner > 0 else {
      for row in 0..<rows {
        for column in 0..<columns {
          c[row * stride + column] = beta == 0 ? 0 : beta * c[row * stride + column]
        }
      }
      return
    }
    forEachBand(pool) { band in
      var part = a
      part.elements += a.transposed ? band.lowerBound : band.lowerBound * a.stride
      LinearAlgebra.multiply(
        rows: band.count, columns: columns, inner: inner, part, b, alpha: alpha, beta: beta,
        into: c + band.lowerBound * stride, stride: stride)
    }
  }

  /// A band is worth it from about two million products on.
  private func forEachBand(_ pool: WorkerPool, _ body: (Range<Int>) -> Void) {
    let shards = bands(of: rows, other: columns)
    pool.run(shards: shards.parts) { body(shards[$0]) }
  }

  private func bands(of count: Int, other: Int) -> Shards {
    Shards(of: count, limit: 8, least: max(32, (1 << 21) / max(1, other * inner)))
  }
}
