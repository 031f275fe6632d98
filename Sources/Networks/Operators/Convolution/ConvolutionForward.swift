import Tensors

/// The forward pass of a convolution over channels-last images, as the sum that defines it.
struct ConvolutionForward {
  let geometry: ConvolutionGeometry
  /// What products read through; a depthwise convolution needs none of it.
  private let frame: ImageFrame
  private let parts: [ConvolutionGeometry.Part]
  private let runs: Kernels.Runs
  private let rowOffsets: [Int]

  init(_ given: ConvolutionGeometry) {
    geometry = given.isDepthwise ? given : given.flattened
    frame = geometry.inputFrame
    parts = geometry.parts(
      rows: geometry.vertical.output, width: geometry.horizontal.output, limit: 16)
    let isDepthwise = geometry.isDepthwise
    runs = isDepthwise ? Kernels.Runs.dense(0) : geometry.runs(in: frame)
    rowOffsets =
      isDepthwise
      ? [] : geometry.rowOffsets(rows: parts.map(\.rows.count).max() ?? 0, in: frame)
  }

  /// - Parameters:
  ///   - input: the images.
  ///   - weights: as `packForward` or `packDepthwise` leaves them.
  ///   - epilogue: what is done to outputs; its output is the first pixel of the first image.
  func run(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, epilogue: Kernels.Epilogue,
    _ workspace: Workspace
  ) {
    if geometry.isDepthwise {
      runDepthwise(input, weights, epilogue, workspace)
    } else {
      runProducts(input, weights, epilogue, workspace)
    }
  }

  /// Dense and grouped convolutions: a matrix product for each image and group.
  private func runProducts(
    _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ epilogue: Kernels.Epilogue,
    _ workspace: Workspace
  ) {
    forEachImage(input, workspace) { base, rows, first in
      for group in 0..<geometry.groups {
        Kernels.matmulPacked(
          base: base + group * geometry.groupChannels, rowOffsets: rowOffsets,
          rows: rows * geometry.horizontal.output, runs: runs,
          packed: weights + group * geometry.packedCount, outputs: geometry.groupOutputs,
          epilogue: epilogue.moved(
            by: first + group * geometry.groupOutputs, bias: group * geometry.groupOutputs))
      }
    }
  }

  /// One kernel per channel.
  private func runDepthwise(
    _ input: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ epilogue: Kernels.Epilogue,
    _ workspace: Workspace
  ) {
    let isLast = epilogue.residual == nil
    let (lower, upper) = (epilogue.lower, epilogue.upper)
    let line = geometry.horizontal.output * geometry.outputs
    let bounds = Kernels.ImageBounds(
      height: geometry.vertical.input, width: geometry.horizontal.input,
      padTop: geometry.vertical.padBefore, padLeft: geometry.horizontal.padBefore)
    workspace.pool.run(shards: parts.count) { index in
      let rows = parts[index].rows
      for image in parts[index].images {
        let first = image * geometry.outputCount + rows.lowerBound * line
        let output = epilogue.output + first
        Kernels.depthwise(
          image: input + image * geometry.inputCount, bounds: bounds, weights: weights,
          extents: geometry.depthwise(in: frame, rows: rows.count), firstRow: rows.lowerBound,
          bias: epilogue.bias, lower: isLast ? lower : -.infinity,
          upper: isLast ? upper : .infinity, output: output)
        let count = rows.count * line
        if let residual = epilogue.residual {
          Kernels.add(output, residual + first, into: output, count: count)
          Kernels.clamp(output, lower: lower, upper: upper, into: output, count: count)
        }
        if let grid = epilogue.grid {
          Kernels.quantize(output, to: grid, into: output, count: count)
        }
      }
    }
  }

  /// Visits the padded images: where the frame begins, how many rows of outputs follow, and the
  /// offset of the first output.
  private func forEachImage(
    _ input: UnsafePointer<Float>, _ workspace: Workspace,
    _ body: (UnsafePointer<Float>, Int, Int) -> Void
  ) {
    let line = geometry.horizontal.output * geometry.outputs
    workspace.run(shards: parts.count) { index, scratch in
      let part = parts[index]
      let frameRows = geometry.frameRows(under: part.rows)
      frame.withMemory(rows: frameRows.count, scratch) { memory in
        for image in part.images {
          let base = frame.base(
            of: input + image * geometry.inputCount, rows: frameRows, memory: memory)
          body(
            base, part.rows.count, image * geometry.outputCount + part.rows.lowerBound * line)
        }
      }
    }
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

extension Kernels.Epilogue {
  /// The same, so many elements further on.
  func moved(by offset: Int, bias distance: Int = 0) -> Kernels.Epilogue {
    var moved = self
    moved.output += offset
    moved.residual = residual.map { $0 + offset }
    moved.bias = bias.map { $0 + distance }
    return moved
  }
}
