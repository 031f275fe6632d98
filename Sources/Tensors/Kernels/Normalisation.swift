internal import CKernels

// Batch normalisation over rows of channels, with a clamp behind it.

extension Kernels {
  /// The clamp behind a normalisation, seen from its gradient: what it let through.
  public struct ClampMask {
    /// The clamp's results.
    public var output: UnsafePointer<Float>
    /// The least of them; nothing passes at or below it.
    public var lower: Float
    /// The greatest of them; nothing passes at or above it.
    public var upper: Float

    /// A mask.
    public init(output: UnsafePointer<Float>, lower: Float, upper: Float) {
      self.output = output
      self.lower = lower
      self.upper = upper
    }
  }

  /// `out[p][c] = min(max(a[p][c] · scale[c] + shift[c] [+ residual[p][c]], lower), upper)`.
  public static func affineClamp(
    _ a: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    residual: UnsafePointer<Float>? = nil, lower: Float = -.infinity, upper: Float = .infinity,
    into out: UnsafeMutablePointer<Float>, rows: Int, channels: Int
  ) {
    espalier_affine_clamp(a, scale, shift, residual, lower, upper, out, rows, channels)
  }

  /// In double `sums[c] += Σ_p a′[p][c]` and `products[c] += Σ_p a′[p][c] · b[p][c]`.
  ///
  /// a′ is a where the mask let through and 0 elsewhere.
  public static func maskedMoments(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, mask: ClampMask?, rows: Int,
    channels: Int, sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
  ) {
    espalier_masked_moments(
      a, b, mask?.output, mask?.lower ?? 0, mask?.upper ?? 0, rows, channels, sums, products)
  }

  /// `a′[p][c] · scale[c] + b[p][c] · slope[c] + shift[c]`, added to `out` or written there.
  ///
  /// a′ is a where the mask let through and 0 elsewhere; it is written to `passed` besides.
  public static func maskedAffine(
    _ a: UnsafePointer<Float>, scale: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    slope: UnsafePointer<Float>, shift: UnsafePointer<Float>, mask: ClampMask?,
    accumulates: Bool, into out: UnsafeMutablePointer<Float>,
    passed: UnsafeMutablePointer<Float>? = nil, rows: Int, channels: Int
  ) {
    espalier_masked_affine(
      a, scale, b, slope, shift, mask?.output, mask?.lower ?? 0, mask?.upper ?? 0,
      accumulates ? 1 : 0, out, passed, rows, channels)
  }
}
