import Hardware

/// Layers of networks that everybody knows.
enum HardwareLayers {
  /// MobileNetV2 at 224 × 224: stem, 17 inverted residuals, the last pointwise layer, the classifier.
  static func mobileNetV2(batch: Int) throws -> [Workload] {
    var layers: [Workload] = []
    func add(
      _ input: Int, _ output: Int, side: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1
    ) throws {
      layers.append(
        try Workload(
          .convolution, batch: batch, inputChannels: input, outputChannels: output,
          output: .init(side), kernel: .init(kernel), stride: .init(stride), groups: groups,
          isFirst: layers.isEmpty))
    }
    try add(3, 32, side: 112, kernel: 3, stride: 2)
    var (channels, side) = (32, 112)
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    for (expansion, output, repeats, firstStride) in stages {
      for place in 0..<repeats {
        let stride = place == 0 ? firstStride : 1
        let hidden = channels * expansion
        if expansion > 1 { try add(channels, hidden, side: side) }
        side /= stride
        try add(hidden, hidden, side: side, kernel: 3, stride: stride, groups: hidden)
        try add(hidden, output, side: side)
        channels = output
      }
    }
    try add(channels, 1280, side: side)
    layers.append(
      try Workload(
        .dense, batch: batch, inputChannels: 1280, outputChannels: 1000, output: .init(1)))
    return layers
  }
}
