import Tensors

/// The gradient of a convolution's input as convolutions of the output gradient with stride 1.
///
/// Input row `r + s·t` (stride s, residue r) meets only the taps k with `r + pad − k·dilation`
/// divisible by s, each at output row `t + e`, `e = (r + pad − k·dilation)/s`. So each pair of
/// residues is a dense convolution with some of the taps, and no zeros are put between outputs.
struct ConvolutionPhases {
  /// One residue along one axis.
  struct AxisPhase {
    let residue: Int
    /// How many inputs have this residue.
    let count: Int
    /// The taps that meet it and the output each reads, from `t` on; in rising order.
    let taps: [(tap: Int, output: Int)]
  }

  /// One pair of residues.
  struct Phase {
    let vertical: AxisPhase
    let horizontal: AxisPhase
    /// The taps in the order of the packed weights, as positions in the kernel.
    let taps: [Int]
    let runs: Kernels.Runs
    /// Where the phase's packed weights begin, in floats.
    let packedOffset: Int
  }

  /// The output gradient with zeros around it.
  let frame: ImageFrame
  let phases: [Phase]
  /// The floats of one group's packed weights, over all phases.
  let packedCount: Int

  init(_ geometry: ConvolutionGeometry) {
    let vertical = ConvolutionPhases.phases(of: geometry.vertical)
    let horizontal = ConvolutionPhases.phases(of: geometry.horizontal)
    let rows = ConvolutionPhases.reach(vertical)
    let columns = ConvolutionPhases.reach(horizontal)
    frame = ImageFrame(
      height: geometry.vertical.output, width: geometry.horizontal.output,
      channels: geometry.outputs, above: rows.before, before: columns.before, rows: rows.count,
      columns: columns.count)
    var phases: [Phase] = []
    var packed = 0
    for y in vertical where !y.taps.isEmpty {
      for x in horizontal where !x.taps.isEmpty {
        var taps: [Int] = []
        var offsets: [Int] = []
        for (row, outputRow) in y.taps {
          for (column, outputColumn) in x.taps {
            taps.append(row * geometry.horizontal.kernel + column)
            let line = (outputRow + frame.above) * frame.pitch
            offsets.append((line + outputColumn + frame.before) * geometry.outputs)
          }
        }
        phases.append(
          Phase(
            vertical: y, horizontal: x, taps: taps,
            runs: Kernels.Runs(joining: offsets, length: geometry.groupOutputs),
            packedOffset: packed))
        packed += Kernels.packedCount(
          k: taps.count * geometry.groupOutputs, outputs: geometry.groupChannels)
      }
    }
    self.phases = phases
    packedCount = packed
  }

  private static func phases(of axis: WindowAxis) -> [AxisPhase] {
    (0..<min(axis.stride, axis.input)).map { residue in
      var taps: [(tap: Int, output: Int)] = []
      for tap in (0..<axis.kernel).reversed() {
        let distance = residue + axis.padBefore - tap * axis.dilation
        if distance % axis.stride == 0 { taps.append((tap, distance / axis.stride)) }
      }
      return AxisPhase(
        residue: residue, count: (axis.input - residue + axis.stride - 1) / axis.stride, taps: taps)
    }
  }

  /// Zeros needed before the outputs, and the extent of the frame from there on.
  private static func reach(_ phases: [AxisPhase]) -> (before: Int, count: Int) {
    // The first residue has the most inputs.
    let steps = phases.first?.count ?? 0
    var first = 0
    var end = 1
    for phase in phases {
      for (_, output) in phase.taps {
        first = min(first, output)
        end = max(end, steps + output)
      }
    }
    return (-first, end - first)
  }
}
