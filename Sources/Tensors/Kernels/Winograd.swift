internal import CKernels

// Winograd's convolution F(4×4, 3×3) over channels-last images: three passes over tiles of 4×4
// outputs, and the transformation of the weights.

extension Kernels {
  /// The extents of a 3×3 convolution of stride 1; pixels outside the image are zeros.
  public struct WinogradExtents: Equatable, Sendable {
    /// Rows of the input.
    public var inputHeight: Int
    /// Pixels in a row of the input.
    public var inputWidth: Int
    /// Channels of the input.
    public var channels: Int
    /// Rows of the output.
    public var outputHeight: Int
    /// Pixels in a row of the output.
    public var outputWidth: Int
    /// Channels of the output.
    public var outputs: Int
    /// Rows of zeros above the input.
    public var padTop: Int
    /// Pixels of zeros before each row of the input.
    public var padLeft: Int

    /// Extents.
    public init(
      inputHeight: Int, inputWidth: Int, channels: Int, outputHeight: Int, outputWidth: Int,
      outputs: Int, padTop: Int, padLeft: Int
    ) {
      self.inputHeight = inputHeight
      self.inputWidth = inputWidth
      self.channels = channels
      self.outputHeight = outputHeight
      self.outputWidth = outputWidth
      self.outputs = outputs
      self.padTop = padTop
      self.padLeft = padLeft
    }

    /// Tiles beside each other.
    public var tileColumns: Int { (outputWidth + 3) / 4 }
    /// Tiles one above the other.
    public var tileRows: Int { (outputHeight + 3) / 4 }

    var cExtents: EspalierWinograd {
      EspalierWinograd(
        inputHeight: inputHeight, inputWidth: inputWidth, channels: channels,
        outputHeight: outputHeight, outputWidth: outputWidth, outputs: outputs, padTop: padTop,
        padLeft: padLeft)
    }
  }

  /// The elements of a transformed tile, each a product of its own.
  public static let winogradPlanes = 36

  /// V = Bᵀ·d·B for rows of tiles of one image: `v[plane][tile][channel]`.
  ///
  /// - Parameters:
  ///   - image: the first pixel of the input.
  ///   - extents: those of the convolution.
  ///   - rows: the rows of tiles.
  ///   - v: the first tile of the first plane.
  ///   - plane: the distance between planes, in elements.
  public static func winogradInput(
    image: UnsafePointer<Float>, extents: WinogradExtents, rows: Range<Int>,
    into v: UnsafeMutablePointer<Float>, plane: Int
  ) {
    espalier_winograd_input(
      image, extents.cExtents, rows.lowerBound, rows.count, v, plane)
  }

  /// M = V·U, plane by plane: `m[plane][tile][output] = Σ_c v[plane][tile][c] · U[plane][c][output]`.
  ///
  /// A tile's result is the same bits whichever other tiles are in the call.
  public static func winogradProducts(
    _ v: UnsafePointer<Float>, plane: Int, tiles: Int, channels: Int,
    packed: UnsafePointer<Float>, outputs: Int, into m: UnsafeMutablePointer<Float>,
    outputPlane: Int
  ) {
    espalier_winograd_products(v, plane, tiles, channels, packed, outputs, m, outputPlane)
  }

  /// Aᵀ·M·A for rows of tiles of one image, and the epilogue.
  ///
  /// `epilogue.output` and `epilogue.residual` are the first pixel of the image's output.
  public static func winogradOutput(
    _ m: UnsafePointer<Float>, plane: Int, extents: WinogradExtents, rows: Range<Int>,
    epilogue: Epilogue
  ) {
    espalier_winograd_output(
      m, plane, extents.cExtents, rows.lowerBound, rows.count, epilogue.cEpilogue)
  }

  /// U = G·g·Gᵀ in panels: `packed[plane][ceil(outputs/16)][channels][16]`.
  ///
  /// - Parameters:
  ///   - weights: element `o · outputStride + c · channelStride + tap`, nine taps row by row.
  ///   - flipped: whether the taps are read backwards, as the gradient of the input asks.
  public static func winogradWeights(
    _ weights: UnsafePointer<Float>, outputStride: Int, channelStride: Int, flipped: Bool,
    channels: Int, outputs: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    espalier_winograd_weights(
      weights, outputStride, channelStride, flipped ? 1 : 0, channels, outputs, packed)
  }

  // MARK: - The gradient of the weights

  /// D = A·∂Y·Aᵀ for rows of tiles of one image: `d[plane][tile][output]`.
  ///
  /// - Parameters:
  ///   - gradient: the first pixel of the output's gradient.
  ///   - extents: those of the convolution.
  ///   - rows: the rows of tiles.
  ///   - d: the first tile of the first plane.
  ///   - plane: the distance between planes, in elements.
  public static func winogradOutputGradient(
    _ gradient: UnsafePointer<Float>, extents: WinogradExtents, rows: Range<Int>,
    into d: UnsafeMutablePointer<Float>, plane: Int
  ) {
    espalier_winograd_output_gradient(
      gradient, extents.cExtents, rows.lowerBound, rows.count, d, plane)
  }

  /// S = Vᵀ·D, plane by plane, written or added to what stands there:
  /// `sums[plane][c][output] = Σ_tile v[plane][tile][c] · d[plane][tile][output]`.
  public static func winogradGradientProducts(
    _ v: UnsafePointer<Float>, plane: Int, tiles: Int, channels: Int, _ d: UnsafePointer<Float>,
    outputPlane: Int, outputs: Int, accumulates: Bool, into sums: UnsafeMutablePointer<Float>
  ) {
    espalier_winograd_gradient_products(
      v, plane, tiles, channels, d, outputPlane, outputs, sums, accumulates ? 1 : 0)
  }

  /// ∂g = Gᵀ·S·G, written or added: `gradient[output][c][tap]`.
  public static func winogradWeightGradient(
    _ sums: UnsafePointer<Float>, channels: Int, outputs: Int, accumulates: Bool,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    espalier_winograd_weight_gradient(sums, channels, outputs, accumulates ? 1 : 0, gradient)
  }
}
