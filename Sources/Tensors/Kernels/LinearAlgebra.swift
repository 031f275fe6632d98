internal import COpenBLAS

/// Products of large or odd matrices, by OpenBLAS on the calling thread.
///
/// Every matrix is row-major: element (i, j) stands at `elements[i · stride + j]`. An extent is at
/// most 2³¹ - 1.
public enum LinearAlgebra {
  /// A matrix in the caller's memory, possibly to be read transposed.
  public struct Operand<Scalar> {
    /// The first element.
    public var elements: UnsafePointer<Scalar>
    /// The distance between rows, as they are stored.
    public var stride: Int
    /// Whether the product takes the transpose of what is stored.
    public var transposed: Bool

    /// A stored matrix, or with `transposed` its transpose.
    public init(_ elements: UnsafePointer<Scalar>, stride: Int, transposed: Bool = false) {
      self.elements = elements
      self.stride = stride
      self.transposed = transposed
    }

    var operation: Int32 {
      Int32(transposed ? OpenBLASTranspose : OpenBLASNoTranspose)
    }
  }

  // OpenBLAS's own threads would fight with ours; it has to be told before its first call.
  private static let singleThreaded: Void = openblas_set_num_threads(1)
  static let rowMajor = Int32(OpenBLASRowMajor)

  /// The processor that OpenBLAS took this one for, such as `SkylakeX`.
  ///
  /// One newer than the library may be taken for one much older (`Prescott`), and then products are
  /// several times slower; the environment variable `OPENBLAS_CORETYPE` names another.
  public static var processor: String { String(cString: openblas_get_corename()) }

  /// Makes sure that OpenBLAS stays on the calling thread.
  static func prepare() { singleThreaded }

  /// The product in single precision: `C = alpha · A · B + beta · C`.
  ///
  /// - Parameters:
  ///   - rows: rows of A (as read, after any transpose) and of C.
  ///   - columns: columns of B and of C.
  ///   - inner: columns of A and rows of B.
  ///   - a: the left operand, rows × inner.
  ///   - b: the right operand, inner × columns.
  ///   - alpha: the factor of the product.
  ///   - beta: the factor of what stands in C; with 0 nothing is read there.
  ///   - c: the result, rows × columns.
  ///   - stride: the distance between the rows of C.
  public static func multiply(
    rows: Int, columns: Int, inner: Int, _ a: Operand<Float>, _ b: Operand<Float>,
    alpha: Float = 1, beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    prepare()
    cblas_sgemm(
      rowMajor, a.operation, b.operation, Int32(rows), Int32(columns), Int32(inner), alpha,
      a.elements, Int32(a.stride), b.elements, Int32(b.stride), beta, c, Int32(stride))
  }

  /// The product in double precision; see `multiply`.
  public static func multiplyDouble(
    rows: Int, columns: Int, inner: Int, _ a: Operand<Double>, _ b: Operand<Double>,
    alpha: Double = 1, beta: Double = 0, into c: UnsafeMutablePointer<Double>, stride: Int
  ) {
    prepare()
    cblas_dgemm(
      rowMajor, a.operation, b.operation, Int32(rows), Int32(columns), Int32(inner), alpha,
      a.elements, Int32(a.stride), b.elements, Int32(b.stride), beta, c, Int32(stride))
  }
}
