internal import CKernels

// Loops over elements and over rows. An output may be one of the inputs: the same address, not a
// shifted one.

extension Kernels {
  /// The sum of two arrays: `out = a + b`.
  public static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    espalier_add(a, b, out, count)
  }

  /// Adds one array to another: `out += a`.
  public static func accumulate(
    _ a: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_accumulate(a, out, count)
  }

  /// Adds a multiple of one array to another: `out += scale · a`.
  public static func scaleAccumulate(
    _ scale: Float, _ a: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_scale_accumulate(scale, a, out, count)
  }

  /// Clamps to a range: `out = min(max(a, lower), upper)`; NaN stays NaN.
  public static func clamp(
    _ a: UnsafePointer<Float>, lower: Float, upper: Float,
    into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_clamp(a, lower, upper, out, count)
  }

  /// The gradient of a clamp: `gradient` where `lower < input < upper`, otherwise 0; added to `out`
  /// or written there.
  ///
  /// For Relu the bounds are 0 and infinity.
  public static func clampGradient(
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, lower: Float, upper: Float,
    accumulates: Bool, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_clamp_gradient(input, gradient, lower, upper, accumulates ? 1 : 0, out, count)
  }

  /// Adds the sum of each column, in double: `sum[c] += Σ_p a[p][c]`.
  public static func columnSums(
    _ a: UnsafePointer<Float>, rows: Int, channels: Int, into sum: UnsafeMutablePointer<Double>
  ) {
    espalier_column_sums(a, rows, channels, sum)
  }
}
