import Tensors
import Testing

struct DepthwiseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var extents: Kernels.DepthwiseExtents

    init(
      _ channels: Int, kernel: (Int, Int), stride: (Int, Int), dilation: (Int, Int),
      width: Int = 7
    ) {
      let height = 3
      extents = .init(
        outputHeight: height, outputWidth: width, channels: channels, kernelHeight: kernel.0,
        kernelWidth: kernel.1, strideY: stride.0, strideX: stride.1, dilationY: dilation.0,
        dilationX: dilation.1,
        paddedWidth: (width - 1) * stride.1 + (kernel.1 - 1) * dilation.1 + 2)
    }

    var paddedHeight: Int {
      (extents.outputHeight - 1) * extents.strideY + (extents.kernelHeight - 1) * extents.dilationY
        + 1
    }
    var inputCount: Int { paddedHeight * extents.paddedWidth * extents.channels }
    var weightCount: Int { extents.kernelHeight * extents.kernelWidth * extents.channels }
    var outputCount: Int { extents.outputHeight * extents.outputWidth * extents.channels }
    var bounds: Kernels.ImageBounds {
      .init(height: paddedHeight, width: extents.paddedWidth)
    }
    var testDescription: String { "\(extents)" }

    /// Calls `body` with the indices of input, weight and output of every product.
    func forEachProduct(_ body: (Int, Int, Int) -> Void) {
      let e = extents
      for y in 0..<e.outputHeight {
        for x in 0..<e.outputWidth {
          for i in 0..<e.kernelHeight {
            for j in 0..<e.kernelWidth {
              let row = y * e.strideY + i * e.dilationY
              let pixel = row * e.paddedWidth + x * e.strideX + j * e.dilationX
              for c in 0..<e.channels {
                body(
                  pixel * e.channels + c, (i * e.kernelWidth + j) * e.channels + c,
                  (y * e.outputWidth + x) * e.channels + c)
              }
            }
          }
        }
      }
    }
  }

  static let cases: [Case] = [1, 5, 8, 13, 16, 23, 40].flatMap { channels in
    [
      Case(channels, kernel: (3, 3), stride: (1, 1), dilation: (1, 1)),
      Case(channels, kernel: (3, 3), stride: (2, 2), dilation: (1, 1)),
      Case(channels, kernel: (5, 5), stride: (1, 1), dilation: (1, 1)),
      Case(channels, kernel: (5, 5), stride: (1, 2), dilation: (1, 1)),
      Case(channels, kernel: (2, 3), stride: (2, 1), dilation: (3, 2)),
      Case(channels, kernel: (1, 7), stride: (1, 3), dilation: (1, 1)),
      Case(channels, kernel: (3, 3), stride: (1, 1), dilation: (1, 1), width: 19),
      Case(channels, kernel: (3, 3), stride: (2, 2), dilation: (1, 1), width: 13),
      Case(channels, kernel: (7, 7), stride: (1, 1), dilation: (1, 1), width: 17),
      Case(channels, kernel: (7, 7), stride: (2, 2), dilation: (1, 1), width: 8),
    ]
  }

  @Test("The output is the clamped sum over the kernel, with bias", arguments: cases)
  func forward(item: Case) {
    let input = numbers(item.inputCount, "input")
    let weights = numbers(item.weightCount, "weights")
    let bias = numbers(item.extents.channels, "bias")
    var expected = (0..<item.outputCount).map { Double(bias[$0 % item.extents.channels]) }
    item.forEachProduct { expected[$2] += Double(input[$0]) * Double(weights[$1]) }
    var output = [Float](repeating: .nan, count: item.outputCount)
    Kernels.depthwise(
      image: input, bounds: item.bounds, weights: weights, extents: item.extents, bias: bias,
      lower: -0.5, upper: 1, output: &output)
    #expect(relativeError(output, expected.map { min(max($0, -0.5), 1) }) < 1e-5)
  }

  @Test("Zeros thought around an image are zeros written around it", arguments: cases)
  func padding(item: Case) {
    let (top, left) = (1, 2)
    let channels = item.extents.channels
    // The image that is left when a frame of zeros is cut off; wider than high, so that some taps
    // lie outside on every side.
    let (height, width) = (max(1, item.paddedHeight - 2), max(1, item.extents.paddedWidth - 3))
    let image = numbers(height * width * channels, "image")
    var framed = [Float](repeating: 0, count: item.inputCount)
    for y in 0..<height where y + top < item.paddedHeight {
      for x in 0..<width where x + left < item.extents.paddedWidth {
        for c in 0..<channels {
          framed[((y + top) * item.extents.paddedWidth + x + left) * channels + c] =
            image[(y * width + x) * channels + c]
        }
      }
    }
    let weights = numbers(item.weightCount, "weights")
    var expected = [Float](repeating: .nan, count: item.outputCount)
    Kernels.depthwise(
      image: framed, bounds: item.bounds, weights: weights, extents: item.extents,
      output: &expected)
    let bounds = Kernels.ImageBounds(height: height, width: width, padTop: top, padLeft: left)
    var row = item.extents
    row.outputHeight = 1
    let line = row.outputWidth * channels
    var output = [Float](repeating: .nan, count: item.outputCount)
    output.withUnsafeMutableBufferPointer { output in
      guard let output = output.baseAddress else { return }
      for y in 0..<item.extents.outputHeight {
        Kernels.depthwise(
          image: image, bounds: bounds, weights: weights, extents: row, firstRow: y,
          output: output + y * line)
      }
    }
    #expect(bits(output) == bits(expected))
  }

  @Test("Without bias and bounds the output is the plain sum")
  func plain() {
    let item = Case(13, kernel: (3, 3), stride: (1, 1), dilation: (1, 1))
    let input = numbers(item.inputCount, "input")
    let weights = numbers(item.weightCount, "weights")
    var expected = [Double](repeating: 0, count: item.outputCount)
    item.forEachProduct { expected[$2] += Double(input[$0]) * Double(weights[$1]) }
    var output = [Float](repeating: .nan, count: item.outputCount)
    Kernels.depthwise(
      image: input, bounds: item.bounds, weights: weights, extents: item.extents, output: &output)
    #expect(relativeError(output, expected) < 1e-5)
  }

  @Test("The input gradient is the transposed sum, added to what stands there", arguments: cases)
  func inputGradient(item: Case) {
    let gradient = numbers(item.outputCount, "gradient")
    let weights = numbers(item.weightCount, "weights")
    let old = numbers(item.inputCount, "old")
    var expected = old.map(Double.init)
    item.forEachProduct { expected[$0] += Double(gradient[$2]) * Double(weights[$1]) }
    var found = old
    Kernels.depthwiseInputGradient(
      outputGradient: gradient, weights: weights, extents: item.extents, inputGradient: &found)
    #expect(relativeError(found, expected) < 1e-5)
  }

  @Test("The weight gradient is added to what stands there", arguments: cases)
  func weightGradient(item: Case) {
    let gradient = numbers(item.outputCount, "gradient")
    let input = numbers(item.inputCount, "input")
    let old = numbers(item.weightCount, "old")
    var expected = old.map(Double.init)
    item.forEachProduct { expected[$1] += Double(gradient[$2]) * Double(input[$0]) }
    var found = old
    Kernels.depthwiseWeightGradient(
      input: input, outputGradient: gradient, extents: item.extents, weightGradient: &found)
    #expect(relativeError(found, expected) < 1e-5)
  }
}
