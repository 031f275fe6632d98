import Tensors

/// The CIFAR networks of "Deep residual learning", with or without shortcuts.
///
/// A 3×3 stem, three stages of 16, 32 and 64 channels with blocks of two 3×3 convolutions, stages two
/// and three at half the resolution of the one before, and a mean over all positions before the
/// classifier (He et al. 2016, section 4.2).
///
/// Where a block changes its extents the shortcut is a 1×1 convolution (their option B) instead of
/// padding with zeros, so that the channels of a stage are tied together but to no other stage's.
struct StagedNetwork {
  let name: String
  let blocksPerStage: Int
  let hasShortcuts: Bool

  func graph(_ parameters: ModelParameters, using generator: inout SeededGenerator) -> Graph {
    var layers = LayerStack(name: name, input: parameters, generator: generator)
    var value = layers.convolution("stem", "input", width: parameters.scaled(16), kernel: 3)
    value = layers.relu("stem.relu", value)
    for (stage, channels) in [16, 32, 64].enumerated() {
      for block in 1...blocksPerStage {
        value = add(
          "stage\(stage + 1).block\(block)", value, width: parameters.scaled(channels),
          stride: stage > 0 && block == 1 ? 2 : 1, to: &layers)
      }
    }
    value = layers.globalAveragePool("pool", value)
    value = layers.flatten("flatten", value)
    layers.dense("classifier", value, width: parameters.classes, output: "output")
    generator = layers.generator
    return layers.graph(output: "output")
  }

  private func add(
    _ block: String, _ input: String, width: Int, stride: Int, to layers: inout LayerStack
  ) -> String {
    var value = layers.convolution(
      "\(block).conv1", input, width: width, kernel: 3, stride: stride)
    value = layers.relu("\(block).relu1", value)
    value = layers.convolution("\(block).conv2", value, width: width, kernel: 3)
    if hasShortcuts {
      let changes = stride > 1 || layers.width(of: input) != width
      let shortcut =
        changes
        ? layers.convolution("\(block).shortcut", input, width: width, kernel: 1, stride: stride)
        : input
      value = layers.add("\(block).add", value, shortcut)
    }
    return layers.relu("\(block).relu2", value)
  }
}
