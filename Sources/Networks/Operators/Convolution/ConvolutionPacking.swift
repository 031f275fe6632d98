import Tensors

// Weights from ONNX's [M][C/g][kH][kW] to the order in which the kernels read them.

extension ConvolutionGeometry {
  /// The floats of one group's weights, packed for the forward pass.
  var packedCount: Int { Kernels.packedCount(k: depth, outputs: groupOutputs) }

  /// B[(tap, c)][m] per group, in panels of 16.
  func packForward(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    packed.update(repeating: 0, count: groups * packedCount)
    for output in 0..<outputs {
      let (group, column) = output.quotientAndRemainder(dividingBy: groupOutputs)
      let panel = packed + group * packedCount + panelOffset(column, depth: depth)
      let source = weight + output * depth
      for channel in 0..<groupChannels {
        for tap in 0..<taps {
          panel[(tap * groupChannels + channel) * Kernels.panel] = source[channel * taps + tap]
        }
      }
    }
  }

  /// B[(tap, m)][c] per group and phase, in panels of 16.
  func packBackward(
    _ weight: UnsafePointer<Float>, _ phases: ConvolutionPhases,
    into packed: UnsafeMutablePointer<Float>
  ) {
    packed.update(repeating: 0, count: groups * phases.packedCount)
    for phase in phases.phases {
      let depth = phase.taps.count * groupOutputs
      for output in 0..<outputs {
        let (group, row) = output.quotientAndRemainder(dividingBy: groupOutputs)
        let target = packed + group * phases.packedCount + phase.packedOffset
        for channel in 0..<groupChannels {
          let panel = target + panelOffset(channel, depth: depth)
          let source = weight + (output * groupChannels + channel) * taps
          for (position, tap) in phase.taps.enumerated() {
            panel[(position * groupOutputs + row) * Kernels.panel] = source[tap]
          }
        }
      }
    }
  }

  /// [kH][kW][C].
  func packDepthwise(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    for channel in 0..<channels {
      for tap in 0..<taps { packed[tap * channels + channel] = weight[channel * taps + tap] }
    }
  }

  private func panelOffset(_ column: Int, depth: Int) -> Int {
    column / Kernels.panel * depth * Kernels.panel + column % Kernels.panel
  }
}
