import Tensors

/// The gradient of a 3×3 convolution's weights by Winograd's minimal filtering F(4×4, 3×3):
/// ∂g = Gᵀ[Σ (Bᵀ·d·B) ⊙ (A·∂Y·Aᵀ)]G with a quarter of the products (Lavin and Gray 2016, section 4.1,
/// differentiated).
///
/// Parts of the batch sum into memory of their own; the parts are added in their order, so that the
/// result does not depend on threads.
struct WinogradWeightGradient {
  private let extents: Kernels.WinogradExtents
  private let parts: Shards
  /// The floats of the sums: [plane][channel][output].
  private let sumCount: Int

  /// Nil where the convolution is none of 3×3 and stride 1, or where the definition is faster.
  init?(_ geometry: ConvolutionGeometry) {
    guard let extents = Kernels.WinogradExtents(geometry), Self.isFaster(extents) else {
      return nil
    }
    self.extents = extents
    sumCount = Kernels.winogradPlanes * extents.channels * extents.outputs
    // Beyond 64 MB of sums fewer parts are the lesser evil.
    parts = Shards(
      of: geometry.batch * extents.tileRows, limit: max(1, min(8, (1 << 24) / sumCount)))
  }

  /// Multiply-adds of vectors of 16 that either way takes, in the manner of `WinogradConvolution`.
  private static func isFaster(_ e: Kernels.WinogradExtents) -> Bool {
    let (inputs, outputs) = ((e.channels + 15) / 16, (e.outputs + 15) / 16)
    let tile = 500 * inputs + (36 * (e.channels + 14) + 400) * outputs
    let pixels = e.outputHeight * e.outputWidth
    return e.tileRows * e.tileColumns * tile < pixels * 9 * e.channels * outputs
  }

  /// - Parameters:
  ///   - input: the images, channels-last.
  ///   - outputGradient: the gradient of the output, channels-last.
  ///   - accumulates: whether it is added.
  ///   - gradient: where it goes: [M][C][3][3].
  func run(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, accumulates: Bool,
    into gradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    workspace.scratch.withMemory(of: Float.self, count: parts.parts * sumCount) { sums in
      workspace.run(shards: parts.parts) { part, scratch in
        sum(
          parts[part], input, outputGradient, into: sums + part * sumCount, scratch)
      }
      for part in 1..<max(1, parts.parts) {
        Kernels.accumulate(sums + part * sumCount, into: sums, count: sumCount)
      }
      Kernels.winogradWeightGradient(
        sums, channels: extents.channels, outputs: extents.outputs, accumulates: accumulates,
        into: gradient)
    }
  }

  /// Writes the sums over some rows of tiles, block by block.
  private func sum(
    _ rows: Range<Int>, _ input: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let blockRows = extents.blockRows
    let tiles = min(blockRows, rows.count) * extents.tileColumns
    let plane = Kernels.WinogradExtents.plane(tiles * extents.channels)
    let outputPlane = Kernels.WinogradExtents.plane(tiles * extents.outputs)
    let count = Kernels.winogradPlanes * (plane + outputPlane)
    scratch.withMemory(of: Float.self, count: count) { v in
      let d = v + Kernels.winogradPlanes * plane
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
        let block = first..<min(first + blockRows, rows.upperBound)
        extents.forEachImage(of: block) { image, rows, tile in
          Kernels.winogradInput(
            image: input + image * extents.inputHeight * extents.inputWidth * extents.channels,
            extents: extents, rows: rows, into: v + tile * extents.channels, plane: plane)
          Kernels.winogradOutputGradient(
            outputGradient + image * extents.outputHeight * extents.outputWidth * extents.outputs,
            extents: extents, rows: rows, into: d + tile * extents.outputs, plane: outputPlane)
        }
        Kernels.winogradGradientProducts(
          v, plane: plane, tiles: block.count * extents.tileColumns, channels: extents.channels, d,
          outputPlane: outputPlane, outputs: extents.outputs, accumulates: first > rows.lowerBound,
          into: sums)
      }
    }
  }
}
