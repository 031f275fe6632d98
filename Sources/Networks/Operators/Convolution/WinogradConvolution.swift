import Tensors

/// A 3×3 convolution of stride 1 by Winograd's minimal filtering F(4×4, 3×3): Aᵀ[(G·g·Gᵀ) ⊙
/// (Bᵀ·d·B)]A with a quarter of the products (Lavin and Gray 2016, section 4.1).
///
/// The unit of work is a row of tiles of one image; a tile's result does not depend on the others,
/// so the split changes no bit. Forward it is the convolution itself; on the gradient of the output,
/// with the kernels turned by half a circle, it is the gradient of the input.
struct WinogradConvolution {
  /// How far results may be from the direct convolution's, relative to the largest of an output.
  static let tolerance: Float = 1e-4

  let extents: Kernels.WinogradExtents
  let batch: Int
  /// Whether the kernels are turned.
  let isGradient: Bool
  private let shards: Shards
  /// Rows of tiles in a block.
  private let blockRows: Int

  /// Nil where the convolution is none of 3×3 and stride 1, or where the direct one is faster.
  init?(_ geometry: ConvolutionGeometry, gradient: Bool) {
    guard let forward = Kernels.WinogradExtents(geometry) else { return nil }
    extents = gradient ? forward.transposed : forward
    batch = geometry.batch
    isGradient = gradient
    guard WinogradConvolution.isFaster(extents) else { return nil }
    shards = Shards(of: batch * extents.tileRows, limit: 16)
    blockRows = extents.blockRows
  }

  /// Multiply-adds of vectors of 16 that either way takes; the constants of the transformations are
  /// fits to measurements with AVX-512 (8 to 64 channels), and hold with AVX2 within a tenth.
  private static func isFaster(_ e: Kernels.WinogradExtents) -> Bool {
    let (inputs, outputs) = ((e.channels + 15) / 16, (e.outputs + 15) / 16)
    let tile = 500 * inputs + (36 * (e.channels + 14) + 280) * outputs
    let pixels = e.outputHeight * e.outputWidth
    return Double(e.tileRows * e.tileColumns * tile)
      < 1.05 * Double(pixels * 9 * e.channels * outputs)
  }

  /// The floats of the transformed weights.
  var packedCount: Int {
    Kernels.winogradPlanes * Kernels.packedCount(k: extents.channels, outputs: extents.outputs)
  }

  /// Transforms the weights [M][C][3][3].
  func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    Kernels.winogradWeights(
      weight, outputStride: isGradient ? 9 : extents.channels * 9,
      channelStride: isGradient ? extents.outputs * 9 : 9, flipped: isGradient,
      channels: extents.channels, outputs: extents.outputs, into: packed)
  }

  /// - Parameters:
  ///   - input: the images, channels-last.
  ///   - packed: as `pack` leaves the weights.
  ///   - epilogue: what is done to outputs; its output is the first pixel of the first image.
  func run(
    input: UnsafePointer<Float>, packed: UnsafePointer<Float>, epilogue: Kernels.Epilogue,
    _ workspace: Workspace
  ) {
    workspace.run(shards: shards.parts) { shard, scratch in
      let rows = shards[shard]
      let tiles = min(blockRows, rows.count) * extents.tileColumns
      let plane = Kernels.WinogradExtents.plane(tiles * extents.channels)
      let outputPlane = Kernels.WinogradExtents.plane(tiles * extents.outputs)
      let count = Kernels.winogradPlanes * (plane + outputPlane)
      scratch.withMemory(of: Float.self, count: count) { v in
        let m = v + Kernels.winogradPlanes * plane
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: blockRows) {
          let block = first..<min(first + blockRows, rows.upperBound)
          extents.forEachImage(of: block) { image, rows, tile in
            Kernels.winogradInput(
              image: input + image * extents.inputHeight * extents.inputWidth * extents.channels,
              extents: extents, rows: rows, into: v + tile * extents.channels, plane: plane)
          }
          Kernels.winogradProducts(
            v, plane: plane, tiles: block.count * extents.tileColumns, channels: extents.channels,
            packed: packed, outputs: extents.outputs, into: m, outputPlane: outputPlane)
          extents.forEachImage(of: block) { image, rows, tile in
            let first = image * extents.outputHeight * extents.outputWidth * extents.outputs
            Kernels.winogradOutput(
              m + tile * extents.outputs, plane: outputPlane, extents: extents, rows: rows,
              epilogue: epilogue.moved(by: first))
          }
        }
      }
    }
  }

}

extension Kernels.WinogradExtents {
  /// The forward convolution of a geometry; nil where it is none of 3×3 and stride 1.
  init?(_ geometry: ConvolutionGeometry) {
    let axes = [geometry.vertical, geometry.horizontal]
    guard geometry.groups == 1,
      axes.allSatisfy({
        $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 && (0...2).contains($0.padBefore)
      })
    else { return nil }
    let (y, x) = (geometry.vertical, geometry.horizontal)
    self.init(
      inputHeight: y.input, inputWidth: x.input, channels: geometry.channels,
      outputHeight: y.output, outputWidth: x.output, outputs: geometry.outputs,
      padTop: y.padBefore, padLeft: x.padBefore)
  }

  /// The convolution that the gradient of the output passes through on its way to the input.
  var transposed: Kernels.WinogradExtents {
    Kernels.WinogradExtents(
      inputHeight: outputHeight, inputWidth: outputWidth, channels: outputs,
      outputHeight: inputHeight, outputWidth: inputWidth, outputs: channels,
      padTop: 2 - padTop, padLeft: 2 - padLeft)
  }

  /// The floats of transformed tiles that pass through at once: with the transformed weights they
  /// should stay in the second-level cache.
  private static let blockCount = 150_000

  /// Rows of tiles in a block.
  var blockRows: Int {
    max(1, Self.blockCount / (Kernels.winogradPlanes * tileColumns * (channels + outputs)))
  }

  /// The elements of a plane of tiles; in cache lines it is odd, so that planes do not meet in the same
  /// sets.
  static func plane(_ count: Int) -> Int { (count + 15) / 32 * 32 + 16 }

  /// Visits the images that a block of rows of tiles touches: the image, its rows of tiles and the
  /// first of its tiles in the block.
  func forEachImage(of block: Range<Int>, _ body: (Int, Range<Int>, Int) -> Void) {
    var row = block.lowerBound
    while row < block.upperBound {
      let (image, first) = row.quotientAndRemainder(dividingBy: tileRows)
      let end = min(tileRows, first + block.upperBound - row)
      body(image, first..<end, (row - block.lowerBound) * tileColumns)
      row += end - first
    }
  }
}
