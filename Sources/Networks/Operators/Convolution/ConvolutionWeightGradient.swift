import Tensors

/// The gradient of a convolution's weights, written or added to what stands there.
///
/// Each part of the batch sums into memory of its own; the parts are added in their order, so that
/// the result does not depend on threads.
struct ConvolutionWeightGradient {
  private let geometry: ConvolutionGeometry
  private let frame: ImageFrame
  private let parts: [ConvolutionGeometry.Part]
  private let runs: Kernels.Runs
  private let rowOffsets: [Int]

  init(_ given: ConvolutionGeometry) {
    geometry = given.flattened
    frame = geometry.inputFrame
    // Beyond 64 MB of sums fewer parts are the lesser evil.
    parts = geometry.parts(
      rows: geometry.vertical.output, width: geometry.horizontal.output,
      limit: max(1, min(8, (1 << 24) / geometry.weightCount)))
    runs = geometry.runs(in: frame)
    rowOffsets = geometry.rowOffsets(rows: parts.map(\.rows.count).max() ?? 0, in: frame)
  }

  /// - Parameters:
  ///   - input: the images, channels-last.
  ///   - outputGradient: the gradient of the output, channels-last.
  ///   - accumulates: whether it is added.
  ///   - gradient: where it goes: [M][C/g][kH][kW].
  func run(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, accumulates: Bool,
    into gradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    let count = geometry.weightCount
    workspace.scratch.withMemory(of: Float.self, count: parts.count * count) { sums in
      workspace.run(shards: parts.count) { index, scratch in
        addPart(parts[index], input, outputGradient, into: sums + index * count, scratch)
      }
      for part in 1..<max(1, parts.count) {
        Kernels.accumulate(sums + part * count, into: sums, count: count)
      }
      if !accumulates { gradient.update(repeating: 0, count: count) }
      unpack(sums, into: gradient)
    }
  }

  private func addPart(
    _ part: ConvolutionGeometry.Part, _ input: UnsafePointer<Float>,
    _ outputGradient: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    _ scratch: Scratch
  ) {
    let line = geometry.horizontal.output * geometry.outputs
    let frameRows = geometry.frameRows(under: part.rows)
    target.update(repeating: 0, count: geometry.weightCount)
    frame.withMemory(rows: frameRows.count, scratch) { memory in
      for image in part.images {
        let base = frame.base(
          of: input + image * geometry.inputCount, rows: frameRows, memory: memory)
        let gradient = outputGradient + image * geometry.outputCount + part.rows.lowerBound * line
        if geometry.isDepthwise {
          Kernels.depthwiseWeightGradient(
            input: base, outputGradient: gradient,
            extents: geometry.depthwise(in: frame, rows: part.rows.count), weightGradient: target)
        } else {
          addProducts(base, gradient, rows: part.rows.count, into: target)
        }
      }
    }
  }

  /// [group][(tap, c)][m] += patches transposed · output gradient.
  private func addProducts(
    _ base: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, rows: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<geometry.groups {
      Kernels.matmulTransposed(
        base: base + group * geometry.groupChannels, rowOffsets: rowOffsets,
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
