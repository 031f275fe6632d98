import Tensors

/// The gradient of a convolution's input, added to what stands there.
struct ConvolutionInputGradient {
  let geometry: ConvolutionGeometry
  let outputGradient: UnsafePointer<Float>
  let inputGradient: UnsafeMutablePointer<Float>
  /// As `packBackward` or `packDepthwise` leaves them.
  let weights: UnsafePointer<Float>

  /// Dense and grouped convolutions, one phase after the other.
  func run(_ pool: WorkerPool) {
    let geometry = geometry.flattened
    let phases = ConvolutionPhases(geometry)
    let steps = (geometry.vertical.input + geometry.vertical.stride - 1) / geometry.vertical.stride
    let parts = geometry.parts(
      rows: steps, width: geometry.horizontal.input * geometry.vertical.stride, limit: 16)
    let width = geometry.horizontal.input
    let rows = geometry.vertical.stride == 1 ? parts.map(\.rows.count).max() ?? 0 : 1
    // Rows of A: with stride 1 all pixels of a part, otherwise those of one line of a phase.
    let offsets = (0..<rows * width).map { pixel in
      (pixel / width * phases.frame.pitch + pixel % width) * geometry.outputs
    }
    pool.run(shards: parts.count) { index in
      let part = parts[index]
      let last = phases.frame.rows - steps
      let frameRows = part.rows.lowerBound..<part.rows.upperBound + last
      phases.frame.withScratch(rows: frameRows.count) { scratch in
        for image in part.images {
          let base = phases.frame.base(
            of: outputGradient + image * geometry.outputCount, rows: frameRows, scratch: scratch)
          let target = inputGradient + image * geometry.inputCount
          for phase in phases.phases {
            add(phase, of: phases, geometry, base: base, rows: part.rows, offsets, into: target)
          }
        }
      }
    }
  }

  private func add(
    _ phase: ConvolutionPhases.Phase, of phases: ConvolutionPhases,
    _ geometry: ConvolutionGeometry, base: UnsafePointer<Float>, rows: Range<Int>,
    _ offsets: [Int], into target: UnsafeMutablePointer<Float>
  ) {
    let (strideY, strideX) = (geometry.vertical.stride, geometry.horizontal.stride)
    let end = min(rows.upperBound, phase.vertical.count)
    guard rows.lowerBound < end else { return }
    let isWhole = strideY == 1 && strideX == 1
    let lines = isWhole ? end - rows.lowerBound : 1
    for row in stride(from: rows.lowerBound, to: end, by: lines) {
      let line = phase.vertical.residue + strideY * row
      let first = (line * geometry.horizontal.input + phase.horizontal.residue) * geometry.channels
      let start = base + (row - rows.lowerBound) * phases.frame.pitch * geometry.outputs
      for group in 0..<geometry.groups {
        Kernels.matmulPacked(
          base: start + group * geometry.groupOutputs, rowOffsets: offsets,
          rows: lines * phase.horizontal.count, runs: phase.runs,
          packed: weights + group * phases.packedCount + phase.packedOffset,
          outputs: geometry.groupChannels,
          epilogue: Kernels.Epilogue(
            output: target + first + group * geometry.groupChannels,
            outputStride: strideX * geometry.channels, accumulate: true))
      }
    }
  }

  /// One kernel per channel.
  func runDepthwise(_ pool: WorkerPool) {
    let frame = geometry.inputFrame
    let extents = geometry.depthwise(in: frame, rows: geometry.vertical.output)
    let shards = Shards(of: geometry.batch, limit: 16)
    pool.run(shards: shards.parts) { part in
      for image in shards[part] {
        let gradient = outputGradient + image * geometry.outputCount
        let target = inputGradient + image * geometry.inputCount
        guard frame.isCopied else {
          Kernels.depthwiseInputGradient(
            outputGradient: gradient, weights: weights, extents: extents, inputGradient: target)
          continue
        }
        frame.withScratch(rows: frame.rows) { scratch in
          Kernels.depthwiseInputGradient(
            outputGradient: gradient, weights: weights, extents: extents, inputGradient: scratch)
          frame.accumulate(scratch, into: target)
        }
      }
    }
  }
}
