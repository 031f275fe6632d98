internal import CKernels

// The product of an implicit matrix with packed weights, and its gradient.

extension Kernels {
  /// The number of outputs in one panel of packed weights.
  public static let panel = 16

  /// The number of floats that `pack` writes: `ceil(outputs / 16) · k · 16`.
  public static func packedCount(k: Int, outputs: Int) -> Int {
    (outputs + panel - 1) / panel * k * panel
  }

  /// Packs `B[k][o] = matrix[k · rowStride + o · columnStride]` into panels of 16 outputs.
  ///
  /// The layout is `[ceil(outputs / 16)][k][16]`; the last panel is padded with zeros.
  public static func pack(
    matrix: UnsafePointer<Float>, rowStride: Int, columnStride: Int, k: Int, outputs: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    espalier_pack(matrix, rowStride, columnStride, k, outputs, packed)
  }

  /// The product of an implicit matrix and packed weights: `value[p][o] = Σ_k A[p][k] · B[k][o]`.
  ///
  /// Row p of A begins at `base + rowOffsets[p]` and is gathered through `runs`. A row's result is
  /// the same bits whichever other rows are in the call, so that work can be split anywhere.
  ///
  /// - Parameters:
  ///   - base: the address that all row offsets count from.
  ///   - rowOffsets: one offset per row, in elements.
  ///   - rows: the number of rows.
  ///   - runs: where a row's elements lie.
  ///   - packed: the weights as `pack` leaves them.
  ///   - outputs: the number of columns of B.
  ///   - epilogue: where the result goes and what is added to it.
  public static func matmulPacked(
    base: UnsafePointer<Float>, rowOffsets: UnsafePointer<Int>, rows: Int, runs: Runs,
    packed: UnsafePointer<Float>, outputs: Int, epilogue: Epilogue
  ) {
    runs.withCRuns {
      espalier_matmul_packed(base, rowOffsets, rows, $0, packed, outputs, epilogue.cEpilogue)
    }
  }

  /// The product of a matrix, row p at `a + p · stride`, and packed weights; see `matmulPacked`.
  public static func matmulDense(
    _ a: UnsafePointer<Float>, stride: Int, rows: Int, k: Int, packed: UnsafePointer<Float>,
    outputs: Int, epilogue: Epilogue
  ) {
    espalier_matmul_dense(a, stride, rows, k, packed, outputs, epilogue.cEpilogue)
  }

  /// The same bits as `matmulDense` for few rows and a B that lies unpacked in memory, `B[k][o] =
  /// b[o · bStride + k · bStep]`: the rows are packed instead.
  ///
  /// - Parameter memory: room for `swappedCount` floats.
  public static func matmulSwapped(
    _ a: UnsafePointer<Float>, stride: Int, rows: Int, k: Int, b: UnsafePointer<Float>,
    bStride: Int, bStep: Int, outputs: Int, memory: UnsafeMutablePointer<Float>,
    epilogue: Epilogue
  ) {
    espalier_matmul_swapped(
      a, stride, rows, k, b, bStride, bStep, outputs, memory, epilogue.cEpilogue)
  }

  /// The floats that `matmulSwapped` borrows.
  public static func swappedCount(rows: Int, k: Int, outputs: Int) -> Int {
    (rows + panel - 1) / panel * panel * (k + outputs)
  }

  /// `gradient[k][o] += Σ_p A[p][k] · D[p][o]` of a matrix, row p at `a + p · stride`; see
  /// `matmulTransposed`.
  public static func matmulTransposedDense(
    _ a: UnsafePointer<Float>, stride: Int, rows: Int, k: Int, d: UnsafePointer<Float>,
    dStride: Int, outputs: Int, gradient: UnsafeMutablePointer<Float>, gradientStride: Int,
    accumulates: Bool = true
  ) {
    espalier_matmul_transposed_dense(
      a, stride, rows, k, d, dStride, outputs, gradient, gradientStride, accumulates ? 1 : 0)
  }

  /// The gradient of the product with respect to B, unpacked:
  /// `gradient[k][o] += Σ_p A[p][k] · D[p][o]`.
  ///
  /// Rows are summed in blocks of a fixed number, counted from the first row of the call: split
  /// work into the same shards whatever the number of threads.
  ///
  /// - Parameters:
  ///   - base: the address that all row offsets count from.
  ///   - rowOffsets: one offset per row, in elements.
  ///   - rows: the number of rows of A and of D.
  ///   - runs: where a row's elements lie.
  ///   - d: the gradient of the product, row p at `d + p · dStride`.
  ///   - dStride: the distance between the rows of D.
  ///   - outputs: the number of columns of D.
  ///   - gradient: k rows of `outputs` elements.
  ///   - gradientStride: the distance between those rows.
  ///   - accumulates: whether it is added to what stands there; otherwise it is written, unless there
  ///     are no rows.
  public static func matmulTransposed(
    base: UnsafePointer<Float>, rowOffsets: UnsafePointer<Int>, rows: Int, runs: Runs,
    d: UnsafePointer<Float>, dStride: Int, outputs: Int,
    gradient: UnsafeMutablePointer<Float>, gradientStride: Int, accumulates: Bool = true
  ) {
    runs.withCRuns {
      espalier_matmul_transposed(
        base, rowOffsets, rows, $0, d, dStride, outputs, gradient, gradientStride,
        accumulates ? 1 : 0)
    }
  }
}
