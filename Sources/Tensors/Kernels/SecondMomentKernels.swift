// Second moments of rows, by the kernel of the convolution's weight gradient: of the same shape, tall
// and narrow, and as fast on every processor that has AVX2, whether OpenBLAS knows its name or not.

extension Kernels {
  /// Adds products of columns: `products[i][j] += Σ_p rows[p][i] · others[p][j]`.
  ///
  /// - Parameters:
  ///   - rows: rowCount × columns, dense.
  ///   - others: rowCount × otherColumns, dense.
  ///   - products: columns × otherColumns, dense.
  public static func accumulateProducts(
    rows: UnsafePointer<Float>, columns: Int, others: UnsafePointer<Float>, otherColumns: Int,
    rowCount: Int, into products: UnsafeMutablePointer<Float>
  ) {
    guard rowCount > 0, columns > 0, otherColumns > 0 else { return }
    let offsets = (0..<rowCount).map { $0 * columns }
    matmulTransposed(
      base: rows, rowOffsets: offsets, rows: rowCount,
      runs: Runs(offsets: [0], lengths: [columns]), d: others, dStride: otherColumns,
      outputs: otherColumns, gradient: products, gradientStride: otherColumns)
  }

  /// Adds the second moments of rows: `gram[i][j] += Σ_p rows[p][i] · rows[p][j]` for j ≤ i; what is
  /// left above the diagonal is of no meaning.
  ///
  /// - Parameters:
  ///   - rows: rowCount × columns, dense.
  ///   - gram: columns × columns, dense.
  public static func accumulateGram(
    rows: UnsafePointer<Float>, rowCount: Int, columns: Int,
    into gram: UnsafeMutablePointer<Float>
  ) {
    guard rowCount > 0 else { return }
    let offsets = (0..<rowCount).map { $0 * columns }
    // Panels of columns, each from its diagonal down: half of the square, and a little.
    for first in stride(from: 0, to: columns, by: 4 * panel) {
      matmulTransposed(
        base: rows + first, rowOffsets: offsets, rows: rowCount,
        runs: Runs(offsets: [0], lengths: [columns - first]), d: rows + first, dStride: columns,
        outputs: min(4 * panel, columns - first), gradient: gram + first * columns + first,
        gradientStride: columns)
    }
  }
}
