internal import CKernels

// Depthwise convolution over one NHWC image, one kernel per channel.

extension Kernels {
  /// The extents of a depthwise convolution, in pixels and channels.
  public struct DepthwiseExtents: Equatable, Sendable {
    /// Rows of the output.
    public var outputHeight: Int
    /// Pixels in a row of the output.
    public var outputWidth: Int
    /// Channels of input and output.
    public var channels: Int
    /// Rows of the kernel.
    public var kernelHeight: Int
    /// Columns of the kernel.
    public var kernelWidth: Int
    /// The step between neighbouring output rows.
    public var strideY: Int
    /// The step between neighbouring output columns.
    public var strideX: Int
    /// The step between kernel rows.
    public var dilationY: Int
    /// The step between kernel columns.
    public var dilationX: Int
    /// Pixels in a row of the padded input that the gradients read or write.
    public var paddedWidth: Int

    /// Extents, with strides and dilations of 1 where not given.
    public init(
      outputHeight: Int, outputWidth: Int, channels: Int, kernelHeight: Int, kernelWidth: Int,
      strideY: Int = 1, strideX: Int = 1, dilationY: Int = 1, dilationX: Int = 1, paddedWidth: Int
    ) {
      self.outputHeight = outputHeight
      self.outputWidth = outputWidth
      self.channels = channels
      self.kernelHeight = kernelHeight
      self.kernelWidth = kernelWidth
      self.strideY = strideY
      self.strideX = strideX
      self.dilationY = dilationY
      self.dilationX = dilationX
      self.paddedWidth = paddedWidth
    }

    var cExtents: EspalierDepthwise {
      EspalierDepthwise(
        outputHeight: outputHeight, outputWidth: outputWidth, channels: channels,
        kernelHeight: kernelHeight, kernelWidth: kernelWidth, strideY: strideY, strideX: strideX,
        dilationY: dilationY, dilationX: dilationX, paddedWidth: paddedWidth)
    }
  }

  /// An image in memory and the zeros thought around it.
  public struct ImageBounds: Equatable, Sendable {
    /// Rows of the image.
    public var height: Int
    /// Pixels in a row of the image.
    public var width: Int
    /// Rows of zeros above it.
    public var padTop: Int
    /// Pixels of zeros before each row.
    public var padLeft: Int

    /// Bounds, without zeros where not given.
    public init(height: Int, width: Int, padTop: Int = 0, padLeft: Int = 0) {
      self.height = height
      self.width = width
      self.padTop = padTop
      self.padLeft = padLeft
    }
  }

  /// Forward: `out[y][x][c] = clamp(bias[c] + Σ image[y·s+i·d−top][x·s+j·d−left][c] · weights[i][j][c])`.
  ///
  /// Computes `extents.outputHeight` rows of outputs from `firstRow` on; taps outside the image are
  /// left out.
  public static func depthwise(
    image: UnsafePointer<Float>, bounds: ImageBounds, weights: UnsafePointer<Float>,
    extents: DepthwiseExtents, firstRow: Int = 0, bias: UnsafePointer<Float>? = nil,
    lower: Float = -.infinity, upper: Float = .infinity, output: UnsafeMutablePointer<Float>
  ) {
    let bounds = EspalierImage(
      height: bounds.height, width: bounds.width, padTop: bounds.padTop, padLeft: bounds.padLeft)
    espalier_depthwise(
      image, bounds, weights, extents.cExtents, firstRow, bias, lower, upper, output)
  }

  /// The gradient with respect to the padded input, added to what stands there.
  public static func depthwiseInputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    extents: DepthwiseExtents, inputGradient: UnsafeMutablePointer<Float>
  ) {
    espalier_depthwise_input_gradient(outputGradient, weights, extents.cExtents, inputGradient)
  }

  /// The gradient with respect to the weights, added to what stands there.
  public static func depthwiseWeightGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    extents: DepthwiseExtents, weightGradient: UnsafeMutablePointer<Float>
  ) {
    espalier_depthwise_weight_gradient(input, outputGradient, extents.cExtents, weightGradient)
  }
}
