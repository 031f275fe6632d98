import Tensors

/// Whether Winograd's convolution keeps to its tolerance on the weights at hand.
///
/// The transformed weights carry sums of a kernel's elements, so that kernels whose elements differ
/// much in size lose digits. A tile of pseudo-random inputs in −1…1 is convolved both ways, and each
/// output channel's largest difference compared with its largest value.
struct WinogradCheck {
  private let extents: Kernels.WinogradExtents
  private let probe: [Float]
  private let rowOffsets: [Int]
  private let runs: Kernels.Runs

  private let tolerance: Float

  private static let side = 6
  private static let outputSide = 4

  /// - Parameter tolerance: the largest difference that is let pass, relative to the largest value of
  ///   an output channel.
  init(
    _ convolution: WinogradConvolution, tolerance: Float = WinogradConvolution.tolerance
  ) {
    self.tolerance = tolerance
    let (side, outputSide) = (WinogradCheck.side, WinogradCheck.outputSide)
    let channels = convolution.extents.channels
    extents = Kernels.WinogradExtents(
      inputHeight: side, inputWidth: side, channels: channels, outputHeight: outputSide,
      outputWidth: outputSide, outputs: convolution.extents.outputs, padTop: 0, padLeft: 0)
    var state: UInt32 = 0x2545_F491
    probe = (0..<side * side * channels).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 23) - 1
    }
    rowOffsets = (0..<outputSide * outputSide).map {
      ($0 / outputSide * side + $0 % outputSide) * channels
    }
    runs = Kernels.Runs(offsets: (0..<3).map { $0 * side * channels }, length: 3 * channels)
  }

  /// Compares.
  ///
  /// - Parameters:
  ///   - packed: the transformed weights.
  ///   - direct: the same weights packed for the direct convolution: [(tap, channel)][output].
  func holds(
    packed: UnsafePointer<Float>, direct: UnsafePointer<Float>, _ scratch: Scratch
  ) -> Bool {
    let pixels = rowOffsets.count
    let plane = extents.channels
    let outputPlane = extents.outputs
    let tile = Kernels.winogradPlanes * (plane + outputPlane)
    var holds = true
    scratch.withMemory(of: Float.self, count: tile + 2 * pixels * extents.outputs) { memory in
      let m = memory + Kernels.winogradPlanes * plane
      let found = memory + tile
      let expected = found + pixels * extents.outputs
      Kernels.winogradInput(image: probe, extents: extents, rows: 0..<1, into: memory, plane: plane)
      Kernels.winogradProducts(
        memory, plane: plane, tiles: 1, channels: extents.channels, packed: packed,
        outputs: extents.outputs, into: m, outputPlane: outputPlane)
      Kernels.winogradOutput(
        m, plane: outputPlane, extents: extents, rows: 0..<1,
        epilogue: Kernels.Epilogue(output: found, outputStride: extents.outputs))
      Kernels.matmulPacked(
        base: probe, rowOffsets: rowOffsets, rows: pixels, runs: runs, packed: direct,
        outputs: extents.outputs,
        epilogue: Kernels.Epilogue(output: expected, outputStride: extents.outputs))
      holds = agree(found, expected)
    }
    return holds
  }

  private func agree(_ found: UnsafePointer<Float>, _ expected: UnsafePointer<Float>) -> Bool {
    for output in 0..<extents.outputs {
      var (difference, largest): (Float, Float) = (0, 0)
      for index in stride(from: output, to: rowOffsets.count * extents.outputs, by: extents.outputs)
      {
        let distance = abs(found[index] - expected[index])
        guard distance.isFinite else { return false }
        difference = max(difference, distance)
        largest = max(largest, abs(expected[index]))
      }
      guard difference <= tolerance * largest else { return false }
    }
    return true
  }
}
