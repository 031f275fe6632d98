import Tensors

/// MobileNet V1: depthwise and pointwise convolutions in turn.
///
/// Source: Howard et al. 2017, table 1; its width multiplier scales every hidden width.
struct MobileNetV1 {
  /// The output channels and stride of each pair of convolutions.
  private static let blocks = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
  ]

  func graph(_ parameters: ModelParameters, using generator: inout SeededGenerator) -> Graph {
    var layers = LayerStack(name: "mobilenet_v1", input: parameters, generator: generator)
    var value = layers.convolution(
      "stem", "input", width: parameters.scaled(32), kernel: 3, stride: 2)
    value = layers.relu("stem.relu", value)
    for (number, (channels, stride)) in Self.blocks.enumerated() {
      let name = "block\(number + 1)"
      value = layers.depthwise("\(name).depthwise", value, stride: stride)
      value = layers.relu("\(name).relu1", value)
      value = layers.convolution(
        "\(name).pointwise", value, width: parameters.scaled(channels), kernel: 1)
      value = layers.relu("\(name).relu2", value)
    }
    return layers.classified(value, parameters, &generator)
  }
}

/// MobileNet V2: inverted residual blocks with linear bottlenecks.
///
/// Source: Sandler et al. 2018, table 2. Widths are multiples of 8; the last convolution is never
/// narrower than 1280.
struct MobileNetV2 {
  /// The expansion, output channels, number and first stride of the blocks of each row.
  private static let rows = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  func graph(_ parameters: ModelParameters, using generator: inout SeededGenerator) -> Graph {
    var layers = LayerStack(name: "mobilenet_v2", input: parameters, generator: generator)
    var value = layers.convolution(
      "stem", "input", width: Self.width(32, parameters), kernel: 3, stride: 2)
    value = layers.relu6("stem.relu", value)
    var number = 0
    for (expansion, channels, count, stride) in Self.rows {
      for position in 0..<count {
        number += 1
        value = add(
          "block\(number)", value, expansion: expansion, width: Self.width(channels, parameters),
          stride: position == 0 ? stride : 1, to: &layers)
      }
    }
    let last = max(1280, Self.width(1280, parameters))
    value = layers.relu6("last.relu", layers.convolution("last", value, width: last, kernel: 1))
    return layers.classified(value, parameters, &generator)
  }

  private func add(
    _ block: String, _ input: String, expansion: Int, width: Int, stride: Int,
    to layers: inout LayerStack
  ) -> String {
    let channels = layers.width(of: input)
    var value = input
    if expansion > 1 {
      value = layers.convolution("\(block).expand", value, width: channels * expansion, kernel: 1)
      value = layers.relu6("\(block).relu1", value)
    }
    value = layers.depthwise("\(block).depthwise", value, stride: stride)
    value = layers.relu6("\(block).relu2", value)
    value = layers.convolution("\(block).project", value, width: width, kernel: 1)
    return stride == 1 && channels == width ? layers.add("\(block).add", value, input) : value
  }

  /// The nearest multiple of 8 that loses no more than a tenth.
  private static func width(_ channels: Int, _ parameters: ModelParameters) -> Int {
    let wanted = Double(channels) * parameters.widthMultiplier
    let rounded = max(8, Int(wanted + 4) / 8 * 8)
    return Double(rounded) < 0.9 * wanted ? rounded + 8 : rounded
  }
}

extension LayerStack {
  /// A mean over all positions and the classifier: the end of a network.
  fileprivate mutating func classified(
    _ value: String, _ parameters: ModelParameters, _ generator: inout SeededGenerator
  ) -> Graph {
    let pooled = globalAveragePool("pool", value)
    dense(
      "classifier", flatten("flatten", pooled), width: parameters.classes, output: "output")
    generator = self.generator
    return graph(output: "output")
  }
}
