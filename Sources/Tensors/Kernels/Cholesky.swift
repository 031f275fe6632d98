internal import COpenBLAS

// Symmetric positive definite systems, by LAPACK. LAPACK counts matrices by columns; the lower
// triangle by rows is its upper triangle by columns, and a list of right-hand sides, each
// contiguous, is its matrix of columns. So nothing is transposed here.

extension LinearAlgebra {
  /// Replaces a symmetric positive definite matrix A by its Cholesky factor L, `A = L · Lᵀ`.
  ///
  /// - Parameters:
  ///   - a: order × order, row-major. Only the lower triangle is read; L replaces it, and what
  ///     stands above the diagonal is left as it was.
  ///   - order: the number of rows.
  /// - Throws: `TensorError.notPositiveDefinite` with the pivot, counted from 1, that is not
  ///   positive; `elementCount` when `a` does not hold order² elements.
  public static func choleskyFactor(_ a: inout [Double], order: Int) throws(TensorError) {
    try check(a.count, is: [order, order])
    guard order > 0 else { return }
    prepare()
    var n = Int32(order)
    var stride = n
    var info: Int32 = 0
    dpotrf_("U", &n, &a, &stride, &info, 1)
    guard info == 0 else { throw .notPositiveDefinite(order: order, pivot: Int(info)) }
  }

  /// Solves `A · x = b` for several right-hand sides with the factor of A.
  ///
  /// - Parameters:
  ///   - factor: as `choleskyFactor` leaves it.
  ///   - order: the number of unknowns.
  ///   - rightHandSides: one right-hand side after the other, `order` elements each (row-major
  ///     columns × order); the solutions replace them.
  ///   - columns: the number of right-hand sides.
  /// - Throws: `TensorError.elementCount` when an array does not fit.
  public static func choleskySolve(
    factor: [Double], order: Int, rightHandSides: inout [Double], columns: Int
  ) throws(TensorError) {
    try check(factor.count, is: [order, order])
    try check(rightHandSides.count, is: [columns, order])
    guard order > 0, columns > 0 else { return }
    prepare()
    var n = Int32(order)
    var count = Int32(columns)
    var stride = n
    var info: Int32 = 0
    dpotrs_("U", &n, &count, factor, &stride, &rightHandSides, &stride, &info, 1)
  }

  /// The inverse of A from its factor, both triangles filled.
  ///
  /// - Parameters:
  ///   - factor: as `choleskyFactor` leaves it.
  ///   - order: the number of rows.
  /// - Throws: `TensorError.elementCount` when `factor` does not hold order² elements, and
  ///   `notPositiveDefinite` when its diagonal holds a zero.
  public static func choleskyInverse(
    factor: [Double], order: Int
  ) throws(TensorError) -> [Double] {
    try check(factor.count, is: [order, order])
    guard order > 0 else { return [] }
    prepare()
    var inverse = factor
    var n = Int32(order)
    var stride = n
    var info: Int32 = 0
    dpotri_("U", &n, &inverse, &stride, &info, 1)
    guard info == 0 else { throw .notPositiveDefinite(order: order, pivot: Int(info)) }
    for row in 0..<order {
      for column in 0..<row {
        inverse[column * order + row] = inverse[row * order + column]
      }
    }
    return inverse
  }

  private static func check(_ count: Int, is shape: Shape) throws(TensorError) {
    guard count == shape.count else {
      throw .elementCount(expected: shape.count, found: count, shape: shape)
    }
  }
}
