import Tensors

/// Matrix products by BLAS, cut into fixed bands of rows where they are large enough.
enum ParallelProduct {
  /// `C = alpha · A · B + beta · C`; see `LinearAlgebra.multiply`.
  static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: LinearAlgebra.Operand<Float>,
    _ b: LinearAlgebra.Operand<Float>, alpha: Float = 1, beta: Float,
    into c: UnsafeMutablePointer<Float>, stride: Int, pool: WorkerPool
  ) {
    guard rows > 0 && columns > 0 else { return }
    guard inner > 0 else {
      for row in 0..<rows {
        for column in 0..<columns {
          c[row * stride + column] = beta == 0 ? 0 : beta * c[row * stride + column]
        }
      }
      return
    }
    // Every band packs B anew, so a band is worth it from about two million products on.
    let shards = Shards(
      of: rows, limit: 8, least: max(32, (1 << 21) / max(1, columns * inner)))
    pool.run(shards: shards.parts) { part in
      let range = shards[part]
      var band = a
      band.elements += a.transposed ? range.lowerBound : range.lowerBound * a.stride
      LinearAlgebra.multiply(
        rows: range.count, columns: columns, inner: inner, band, b, alpha: alpha, beta: beta,
        into: c + range.lowerBound * stride, stride: stride)
    }
  }
}
