/// One layer (or one group of it) as the search for a tiling sees it.
struct BitFusionLayer {
  let batch: Int
  let outputHeight: Int
  let outputWidth: Int
  let inputChannels: Int
  let outputChannels: Int
  let kernel: Workload.Extents
  let stride: Workload.Extents
  let activationBits: Int
  let weightBits: Int
  /// Whether the processor lays out the windows before ("im2col"), as the simulator has it for a
  /// network's first convolution.
  let laysOutWindows: Bool
  /// Output channels for each input channel of a depthwise convolution; nil otherwise.
  let depthMultiplier: Int?

  /// The layer of one group.
  ///
  /// A depthwise convolution is one group with one input channel to a sum and its output channels side by
  /// side on the columns.
  init(_ workload: Workload, bits: LayerBits) {
    batch = workload.batch
    outputHeight = workload.output.height
    outputWidth = workload.output.width
    kernel = workload.kernel
    stride = workload.stride
    activationBits = bits.activations.value
    weightBits = bits.weights.value
    laysOutWindows = workload.isFirst && workload.operation == .convolution
    inputChannels = workload.inputChannels / workload.groups
    if workload.isDepthwise {
      outputChannels = workload.outputChannels
      depthMultiplier = workload.outputChannels / workload.groups
    } else {
      outputChannels = workload.outputChannels / workload.groups
      depthMultiplier = nil
    }
  }

  /// How often the layer is run for a workload.
  static func repetitions(of workload: Workload) -> Int {
    workload.isDepthwise ? 1 : workload.groups
  }

  /// The channels that come in for a tile.
  func channelsIn(_ tile: BitFusionTile) -> Int {
    guard let depthMultiplier else { return tile.inputChannels.size }
    return SaturatingCount.ceiling(tile.outputChannels.size, by: depthMultiplier)
  }
}

/// How far one loop is cut: so many tiles of so many elements.
struct BitFusionLoop {
  let size: Int
  let count: Int

  /// The tile of a size along an extent.
  init(size: Int, of extent: Int) {
    self.size = min(size, extent)
    count = SaturatingCount.ceiling(extent, by: self.size)
  }

  /// Tiles of unit · 1, 2, 4, … up to the first that holds the whole extent.
  static func choices(of extent: Int, unit: Int = 1) -> [BitFusionLoop] {
    var choices: [BitFusionLoop] = []
    var size = unit
    while true {
      choices.append(BitFusionLoop(size: size, of: extent))
      if size >= extent { return choices }
      size = SaturatingCount.product(size, 2)
    }
  }
}

/// The part of a layer that is in the buffers at a time; the kernel is never cut.
struct BitFusionTile {
  let batch: BitFusionLoop
  let height: BitFusionLoop
  let width: BitFusionLoop
  let inputChannels: BitFusionLoop
  let outputChannels: BitFusionLoop

  /// Tiles of the whole layer.
  var count: Int {
    SaturatingCount.product(
      batch.count, height.count, width.count, inputChannels.count, outputChannels.count)
  }

  /// Output positions in a tile.
  var positions: Int { SaturatingCount.product(batch.size, height.size, width.size) }
}
