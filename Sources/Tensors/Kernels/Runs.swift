internal import CKernels

extension Kernels {
  /// Where the elements of one row of an implicit matrix lie: runs of contiguous floats.
  ///
  /// A row of a convolution's matrix is a patch of a padded NHWC image, one run per kernel row; a
  /// dense row is one run.
  public struct Runs: Equatable, Sendable {
    /// Where each run starts, counted from the row's base.
    public let offsets: [Int]
    /// The length of each run; as many as `offsets`.
    public let lengths: [Int]

    /// Runs of the given starts and lengths; a start without a length is left out.
    public init(offsets: [Int], lengths: [Int]) {
      let count = min(offsets.count, lengths.count)
      self.offsets = Array(offsets.prefix(count))
      self.lengths = Array(lengths.prefix(count))
    }

    /// Runs of one length.
    public init(offsets: [Int], length: Int) {
      self.init(offsets: offsets, lengths: [Int](repeating: length, count: offsets.count))
    }

    /// One run: a dense row.
    public static func dense(_ length: Int) -> Runs {
      Runs(offsets: [0], lengths: [length])
    }

    /// The number of elements in a row, over all runs.
    public var elementCount: Int { lengths.reduce(0, +) }

    func withCRuns(_ body: (EspalierRuns) -> Void) {
      offsets.withUnsafeBufferPointer { offsets in
        lengths.withUnsafeBufferPointer { lengths in
          body(
            EspalierRuns(
              offsets: offsets.baseAddress, lengths: lengths.baseAddress, count: lengths.count))
        }
      }
    }
  }

  /// Where a product goes and what is done to it on the way, in this order:
  /// `out = grid(min(max(value [+ out] + bias + residual, lower), upper))`.
  public struct Epilogue {
    /// The element of the first row and first output.
    public var output: UnsafeMutablePointer<Float>
    /// The distance between the rows of the output.
    public var outputStride: Int
    /// One number per output.
    public var bias: UnsafePointer<Float>?
    /// Rows to add; may be the output itself.
    public var residual: UnsafePointer<Float>?
    /// The distance between the rows of the residual.
    public var residualStride: Int
    /// The least value that is stored.
    public var lower: Float
    /// The greatest value that is stored.
    public var upper: Float
    /// The levels that results are brought to; nil leaves them as they are.
    public var grid: Grid?
    /// Whether what stands in the output is added, before anything else.
    public var accumulate: Bool

    /// A destination; without further arguments the product is stored as it is.
    public init(
      output: UnsafeMutablePointer<Float>, outputStride: Int, bias: UnsafePointer<Float>? = nil,
      residual: UnsafePointer<Float>? = nil, residualStride: Int = 0,
      lower: Float = -.infinity, upper: Float = .infinity, grid: Grid? = nil,
      accumulate: Bool = false
    ) {
      self.output = output
      self.outputStride = outputStride
      self.bias = bias
      self.residual = residual
      self.residualStride = residualStride
      self.lower = lower
      self.upper = upper
      self.grid = grid
      self.accumulate = accumulate
    }

    var cEpilogue: EspalierEpilogue {
      EspalierEpilogue(
        output: output, outputStride: outputStride, bias: bias, residual: residual,
        residualStride: residualStride, lower: lower, upper: upper,
        grid: grid?.cGrid ?? EspalierGrid(step: 0, offset: 0, lowest: 0, highest: 0),
        accumulate: accumulate ? 1 : 0)
    }
  }
}
