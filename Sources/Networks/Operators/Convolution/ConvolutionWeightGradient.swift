import Tensors

/// The gradient of a convolution's weights, added to what stands there.
///
/// Each part of the batch sums into memory of its own; the parts are added in their order, so that
/// the result does not depend on threads.
struct ConvolutionWeightGradient {
  let geometry: ConvolutionGeometry
  let input: UnsafePointer<Float>
  let outputGradient: UnsafePointer<Float>

  func run(_ pool: WorkerPool, into gradient: UnsafeMutablePointer<Float>) {
    let count = geometry.weightCount
    // Beyond 64 MB of sums fewer parts are the lesser evil.
    let parts = geometry.parts(
      rows: geometry.vertical.output, width: geometry.horizontal.output,
      limit: max(1, min(8, (1 << 24) / count)))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: parts.count * count) { buffer in
      guard let sums = buffer.baseAddress else { return }
      accumulate(parts, into: sums, pool)
      for part in 1..<max(1, parts.count) {
        Kernels.accumulate(sums + part * count, into: sums, count: count)
      }
      unpack(sums, into: gradient)
    }
  }

  private func accumulate(
    _ parts: [ConvolutionGeometry.Part], into sums: UnsafeMutablePointer<Float>,
    _ pool: WorkerPool
  ) {
    let frame = geometry.inputFrame
    let runs = geometry.runs(in: frame)
    let offsets = geometry.rowOffsets(rows: parts.map(\.rows.count).max() ?? 0, in: frame)
    let line = geometry.horizontal.output * geometry.outputs
    pool.run(shards: parts.count) { index in
      let part = parts[index]
      let target = sums + index * geometry.weightCount
      target.initialize(repeating: 0, count: geometry.weightCount)
      let frameRows = geometry.frameRows(under: part.rows)
      frame.withScratch(rows: frameRows.count) { scratch in
        for image in part.images {
          let base = frame.base(
            of: input + image * geometry.inputCount, rows: frameRows, scratch: scratch)
          let gradient =
            outputGradient + image * geometry.outputCount + part.rows.lowerBound * line
          if geometry.isDepthwise {
            Kernels.depthwiseWeightGradient(
              input: base, outputGradient: gradient,
              extents: geometry.depthwise(in: frame, rows: part.rows.count),
              weightGradient: target)
          } else {
            addProducts(base, gradient, rows: part.rows.count, runs, offsets, into: target)
          }
        }
      }
    }
  }

  /// [group][(tap, c)][m] += patches transposed · output gradient.
  private func addProducts(
    _ base: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, rows: Int,
    _ runs: Kernels.Runs, _ offsets: [Int], into target: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<geometry.groups {
      Kernels.matmulTransposed(
        base: base + group * geometry.groupChannels, rowOffsets: offsets,
        rows: rows * geometry.horizontal.output, runs: runs,
        d: gradient + group * geometry.groupOutputs, dStride: geometry.outputs,
        outputs: geometry.groupOutputs,
        gradient: target + group * geometry.depth * geometry.groupOutputs,
        gradientStride: geometry.groupOutputs)
    }
  }

  /// Back to ONNX's [M][C/g][kH][kW].
  private func unpack(
    _ sums: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    let (taps, channels, columns) = (geometry.taps, geometry.groupChannels, geometry.groupOutputs)
    guard !geometry.isDepthwise else {
      for channel in 0..<geometry.channels {
        for tap in 0..<taps {
          gradient[channel * taps + tap] += sums[tap * geometry.channels + channel]
        }
      }
      return
    }
    for output in 0..<geometry.outputs {
      let (group, column) = output.quotientAndRemainder(dividingBy: columns)
      let source = sums + group * geometry.depth * columns + column
      for channel in 0..<channels {
        let target = gradient + (output * channels + channel) * taps
        for tap in 0..<taps { target[tap] += source[(tap * channels + channel) * columns] }
      }
    }
  }
}
