import Tensors

/// The gradient of a convolution's input, as the sum that defines it.
struct ConvolutionInputGradient {
  private let geometry: ConvolutionGeometry
  private let phases: ConvolutionPhases
  /// Steps of the vertical stride over the input.
  private let steps: Int
  private let parts: [ConvolutionGeometry.Part]
  /// Rows of A: with stride 1 all pixels of a part, otherwise those of one line of a phase.
  private let rowOffsets: [Int]

  init(_ given: ConvolutionGeometry) {
    geometry = given.isDepthwise ? given : given.flattened
    phases = ConvolutionPhases(geometry)
    let stride = geometry.vertical.stride
    let width = geometry.horizontal.input
    steps = (geometry.vertical.input + stride - 1) / stride
    parts = geometry.parts(rows: steps, width: width * stride, limit: 16)
    let rows = stride == 1 ? parts.map(\.rows.count).max() ?? 0 : 1
    let (pitch, outputs) = (phases.frame.pitch, geometry.outputs)
    rowOffsets = (0..<rows * width).map { ($0 / width * pitch + $0 % width) * outputs }
  }

  /// The floats of the packed weights; a depthwise convolution reads those of its forward pass.
  var packedCount: Int { geometry.isDepthwise ? 0 : geometry.groups * phases.packedCount }

  /// Packs weights [M][C/g][kH][kW].
  func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    geometry.packBackward(weight, phases, into: packed)
  }

  /// - Parameters:
  ///   - outputGradient: the gradient of the output, channels-last.
  ///   - weights: as `pack`, or `packDepthwise`, leaves them.
  ///   - accumulates: whether it is added to what stands there.
  ///   - inputGradient: where it goes.
  func run(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, accumulates: Bool,
    into inputGradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    if geometry.isDepthwise {
      runDepthwise(outputGradient, weights, accumulates, into: inputGradient, workspace)
    } else {
      runProducts(outputGradient, weights, accumulates, into: inputGradient, workspace)
    }
  }

  /// Dense and grouped convolutions, one phase after the other.
  private func runProducts(
    _ outputGradient: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ accumulates: Bool,
    into inputGradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    // With a stride some inputs may meet no tap; with several groups each writes its own channels.
    let isWhole = geometry.vertical.stride == 1 && geometry.horizontal.stride == 1
    let clears = !accumulates && !isWhole
    workspace.run(shards: parts.count) { index, scratch in
      let part = parts[index]
      let last = phases.frame.rows - steps
      let frameRows = part.rows.lowerBound..<part.rows.upperBound + last
      phases.frame.withMemory(rows: frameRows.count, scratch) { memory in
        for image in part.images {
          let base = phases.frame.base(
            of: outputGradient + image * geometry.outputCount, rows: frameRows, memory: memory)
          let target = inputGradient + image * geometry.inputCount
          if clears { clear(part.rows, of: target) }
          for phase in phases.phases {
            run(
              phase, weights, base: base, rows: part.rows, accumulates: accumulates || clears,
              into: target)
          }
        }
      }
    }
  }

  /// Zeros in the lines of an image that some steps of the vertical stride cover.
  private func clear(_ steps: Range<Int>, of image: UnsafeMutablePointer<Float>) {
    let stride = geometry.vertical.stride
    let line = geometry.horizontal.input * geometry.channels
    let first = min(steps.lowerBound * stride, geometry.vertical.input)
    let end = min(steps.upperBound * stride, geometry.vertical.input)
    (image + first * line).update(repeating: 0, count: (end - first) * line)
  }

  private func run(
    _ phase: ConvolutionPhases.Phase, _ weights: UnsafePointer<Float>,
    base: UnsafePointer<Float>, rows: Range<Int>, accumulates: Bool,
    into target: UnsafeMutablePointer<Float>
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
          base: start + group * geometry.groupOutputs, rowOffsets: rowOffsets,
          rows: lines * phase.horizontal.count, runs: phase.runs,
          packed: weights + group * phases.packedCount + phase.packedOffset,
          outputs: geometry.groupChannels,
          epilogue: Kernels.Epilogue(
            output: target + first + group * geometry.groupChannels,
            outputStride: strideX * geometry.channels, accumulate: accumulates))
      }
    }
  }

  /// One kernel per channel.
  private func runDepthwise(
    _ outputGradient: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ accumulates: Bool,
    into inputGradient: UnsafeMutablePointer<Float>, _ workspace: Workspace
  ) {
    let frame = geometry.inputFrame
    let extents = geometry.depthwise(in: frame, rows: geometry.vertical.output)
    let shards = Shards(of: geometry.batch, limit: 16)
    workspace.run(shards: shards.parts) { part, scratch in
      for image in shards[part] {
        let gradient = outputGradient + image * geometry.outputCount
        let target = inputGradient + image * geometry.inputCount
        if !accumulates { target.update(repeating: 0, count: geometry.inputCount) }
        guard frame.isCopied else {
          Kernels.depthwiseInputGradient(
            outputGradient: gradient, weights: weights, extents: extents, inputGradient: target)
          continue
        }
        frame.withMemory(rows: frame.rows, scratch) { memory in
          Kernels.depthwiseInputGradient(
            outputGradient: gradient, weights: weights, extents: extents, inputGradient: memory)
          frame.accumulate(memory, into: target)
        }
      }
    }
  }
}
