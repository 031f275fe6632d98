import Tensors

/// A matrix product C = alpha · A · B + beta · C, cut into fixed bands of rows where it is large.
///
/// Plain products run on our own packed kernels, whose rows do not depend on the band they are in;
/// those with other factors, or of two transposed matrices, are BLAS's.
struct ParallelProduct {
  let rows: Int
  let columns: Int
  let inner: Int
  var alpha: Float = 1
  /// The factor of what stands in C; with 0 nothing is read there.
  var beta: Float = 0

  /// The floats of a packed right operand.
  var packedCount: Int { Kernels.packedCount(k: inner, outputs: columns) }

  /// Whether a right operand may be packed beforehand.
  func packs(transposingA: Bool) -> Bool {
    alpha == 1 && (beta == 0 || beta == 1) && !transposingA
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
        output: c, outputStride: stride, bias: bias, accumulate: beta == 1)
      if let packed { return runPacked(a, packed, epilogue, pool) }
      scratch.withMemory(of: Float.self, count: packedCount) { memory in
        pack(b, into: memory)
        runPacked(a, memory, epilogue, pool)
      }
    } else if alpha == 1, beta == 0 || beta == 1, !b.transposed {
      runTransposed(a, b, into: c, stride: stride, pool)
    } else {
      runBLAS(a, b, into: c, stride: stride, pool)
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
      if beta == 0 {
        for row in band { (c + row * stride).update(repeating: 0, count: columns) }
      }
      Kernels.matmulTransposedDense(
        a.elements + band.lowerBound, stride: a.stride, rows: inner, k: band.count, d: b.elements,
        dStride: b.stride, outputs: columns, gradient: c + band.lowerBound * stride,
        gradientStride: stride)
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
    let least = max(32, (1 << 21) / max(1, columns * inner))
    let shards = Shards(of: rows, limit: 8, least: least)
    pool.run(shards: shards.parts) { body(shards[$0]) }
  }
}
