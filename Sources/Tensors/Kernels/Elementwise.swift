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

  /// The gradient of a clamp: `out += gradient` where `lower < input < upper`.
  ///
  /// For Relu the bounds are 0 and infinity.
  public static func clampGradient(
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, lower: Float, upper: Float,
    into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_clamp_gradient(input, gradient, lower, upper, out, count)
  }

  /// Scales and shifts each channel: `out[p][c] = a[p][c] · scale[c] + shift[c]`.
  public static func affine(
    _ a: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, rows: Int, channels: Int
  ) {
    espalier_affine(a, scale, shift, out, rows, channels)
  }

  /// Adds a combination of two arrays, by channel:
  /// `out[p][c] += a[p][c] · scale[c] + b[p][c] · slope[c] + shift[c]`.
  public static func affineAccumulate(
    _ a: UnsafePointer<Float>, scale: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    slope: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, rows: Int, channels: Int
  ) {
    espalier_affine_accumulate(a, scale, b, slope, shift, out, rows, channels)
  }

  /// Adds the sum of each column, in double: `sum[c] += Σ_p a[p][c]`.
  public static func columnSums(
    _ a: UnsafePointer<Float>, rows: Int, channels: Int, into sum: UnsafeMutablePointer<Double>
  ) {
    espalier_column_sums(a, rows, channels, sum)
  }

  /// Adds the inner product of each pair of columns, in double: `sum[c] += Σ_p a[p][c] · b[p][c]`.
  public static func columnProducts(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, rows: Int, channels: Int,
    into sum: UnsafeMutablePointer<Double>
  ) {
    espalier_column_products(a, b, rows, channels, sum)
  }
}
