import Tensors

/// The forward pass of a convolution over channels-last images.
struct ConvolutionForward {
  let geometry: ConvolutionGeometry
  let input: UnsafePointer<Float>
  /// As `packForward` or `packDepthwise` leaves them.
  let weights: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let residual: UnsafePointer<Float>?
  let lower: Float
  let upper: Float
  let output: UnsafeMutablePointer<Float>

  /// Dense and grouped convolutions: a matrix product for each image and group.
  func run(_ pool: WorkerPool) {
    let frame = geometry.inputFrame
    let parts = parts
    let rows = parts.map(\.rows.count).max() ?? 0
    let runs = geometry.runs(in: frame)
    geometry.rowOffsets(rows: rows, in: frame).withUnsafeBufferPointer { offsets in
      guard let rowOffsets = offsets.baseAddress else { return }
      forEachImage(of: parts, in: frame, pool) { base, rows, first in
        for group in 0..<geometry.groups {
          Kernels.matmulPacked(
            base: base + group * geometry.groupChannels, rowOffsets: rowOffsets,
            rows: rows * geometry.horizontal.output, runs: runs,
            packed: weights + group * geometry.packedCount, outputs: geometry.groupOutputs,
            epilogue: epilogue(at: first + group * geometry.groupOutputs, group: group))
        }
      }
    }
  }

  /// One kernel per channel.
  func runDepthwise(_ pool: WorkerPool) {
    let frame = geometry.inputFrame
    forEachImage(of: parts, in: frame, pool) { base, rows, first in
      let isLast = residual == nil
      Kernels.depthwise(
        input: base, weights: weights, extents: geometry.depthwise(in: frame, rows: rows),
        bias: bias, lower: isLast ? lower : -.infinity, upper: isLast ? upper : .infinity,
        output: output + first)
      guard let residual else { return }
      let count = rows * geometry.horizontal.output * geometry.outputs
      Kernels.add(output + first, residual + first, into: output + first, count: count)
      Kernels.clamp(output + first, lower: lower, upper: upper, into: output + first, count: count)
    }
  }

  private var parts: [ConvolutionGeometry.Part] {
    geometry.parts(
      rows: geometry.vertical.output, width: geometry.horizontal.output, limit: 16)
  }

  /// Visits the padded images: where the frame begins, how many rows of outputs follow, and the
  /// offset of the first output.
  private func forEachImage(
    of parts: [ConvolutionGeometry.Part], in frame: ImageFrame, _ pool: WorkerPool,
    _ body: (UnsafePointer<Float>, Int, Int) -> Void
  ) {
    pool.run(shards: parts.count) { index in
      let part = parts[index]
      let frameRows = geometry.frameRows(under: part.rows)
      let line = geometry.horizontal.output * geometry.outputs
      frame.withScratch(rows: frameRows.count) { scratch in
        for image in part.images {
          let base = frame.base(
            of: input + image * geometry.inputCount, rows: frameRows, scratch: scratch)
          body(
            base, part.rows.count, image * geometry.outputCount + part.rows.lowerBound * line)
        }
      }
    }
  }

  private func epilogue(at offset: Int, group: Int) -> Kernels.Epilogue {
    Kernels.Epilogue(
      output: output + offset, outputStride: geometry.outputs,
      bias: bias.map { $0 + group * geometry.groupOutputs }, residual: residual.map { $0 + offset },
      residualStride: geometry.outputs, lower: lower, upper: upper)
  }
}

extension ConvolutionGeometry {
  /// The extents of a depthwise convolution over some rows of outputs.
  func depthwise(in frame: ImageFrame, rows: Int) -> Kernels.DepthwiseExtents {
    Kernels.DepthwiseExtents(
      outputHeight: rows, outputWidth: horizontal.output, channels: channels,
      kernelHeight: vertical.kernel, kernelWidth: horizontal.kernel, strideY: vertical.stride,
      strideX: horizontal.stride, dilationY: vertical.dilation, dilationX: horizontal.dilation,
      paddedWidth: frame.pitch)
  }
}
