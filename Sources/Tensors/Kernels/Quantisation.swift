internal import CKernels

// Values brought to the nearest of equally spaced levels.

extension Kernels {
  /// The levels (k + offset) · step for whole k in `lowest...highest`.
  ///
  /// Bounds lie far below 2^22, where rounding is exact.
  public struct Grid: Equatable, Sendable {
    /// The distance between neighbours; positive.
    public var step: Float
    /// How far levels lie from whole multiples of the step, in steps.
    public var offset: Float
    /// The number of the lowest level.
    public var lowest: Float
    /// The number of the highest level.
    public var highest: Float

    /// Levels.
    public init(step: Float, offset: Float = 0, lowest: Float, highest: Float) {
      self.step = step
      self.offset = offset
      self.lowest = lowest
      self.highest = highest
    }

    var cGrid: EspalierGrid {
      EspalierGrid(step: step, offset: offset, lowest: lowest, highest: highest)
    }
  }

  /// The nearest level, half way the one of even number:
  /// `out = (round(clamp(a / step − offset)) + offset) · step`.
  ///
  /// NaN stays NaN.
  public static func quantize(
    _ a: UnsafePointer<Float>, to grid: Grid, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_quantize(a, grid.cGrid, out, count)
  }

  /// The straight-through gradient of `quantize`: `gradient` where the ends of the grid cut nothing off,
  /// otherwise 0; added to `out` or written there.
  ///
  /// Source: Bengio, Léonard and Courville 2013, "Estimating or propagating gradients through
  /// stochastic neurons", section 4.
  public static func quantizeGradient(
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, grid: Grid, accumulates: Bool,
    into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    espalier_quantize_gradient(input, gradient, grid.cGrid, accumulates ? 1 : 0, out, count)
  }
}
