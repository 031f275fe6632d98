import Tensors

/// Puts a graph together layer by layer.
///
/// A node's output has the node's name.
/// Weights are normal with variance 2 / (inputs of an output) (He et al. 2015, equation 10), biases
/// 0, scales 1; draws are taken in the order of the layers.
struct LayerStack {
  private(set) var generator: SeededGenerator
  private let name: String
  private let inputs: [Graph.Value]
  private var nodes: [Node] = []
  private var initializers: [String: TypedArray] = [:]
  private var widths: [String: Int]

  init(name: String, input: ModelParameters, generator: SeededGenerator) {
    self.name = name
    self.generator = generator
    inputs = [
      Graph.Value(
        name: "input",
        extents: [.batch, .fixed(input.channels), .fixed(input.height), .fixed(input.width)])
    ]
    widths = ["input": input.channels]
  }

  /// The number of channels of a value.
  func width(of value: String) -> Int { widths[value] ?? 0 }

  /// The graph of all layers so far.
  func graph(output: String) -> Graph {
    Graph(
      name: name, inputs: inputs,
      outputs: [Graph.Value(name: output, extents: [.batch, .fixed(width(of: output))])],
      nodes: nodes, initializers: initializers)
  }

  /// A convolution that keeps the extents at stride 1, and its normalisation `<name>.norm`.
  mutating func convolution(
    _ name: String, _ input: String, width: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) -> String {
    let shape: Shape = [width, self.width(of: input) / groups, kernel, kernel]
    let weight = addWeight("\(name).weight", shape)
    let before = kernel / 2
    let value = add(
      "Conv", name, [input, weight], width: width,
      attributes: [
        "kernel_shape": .ints([kernel, kernel]), "strides": .ints([stride, stride]),
        "pads": .ints([before, before, before, before]), "dilations": .ints([1, 1]),
        "group": .int(groups),
      ])
    return normalization("\(name).norm", value)
  }

  /// A 3×3 convolution of each channel by itself, and its normalisation.
  mutating func depthwise(_ name: String, _ input: String, stride: Int) -> String {
    let channels = width(of: input)
    return convolution(
      name, input, width: channels, kernel: 3, stride: stride, groups: channels)
  }

  private mutating func normalization(_ name: String, _ input: String) -> String {
    let width = width(of: input)
    var operands = [input]
    for (part, start) in [("scale", 1), ("shift", 0), ("mean", 0), ("variance", 1)] {
      operands.append("\(name).\(part)")
      initializers["\(name).\(part)"] = TypedArray(
        Tensor(shape: [width], repeating: Float(start)))
    }
    return add(
      "BatchNormalization", name, operands, width: width,
      attributes: ["epsilon": .float(1e-5), "momentum": .float(0.9)])
  }

  /// A Relu: y = max(x, 0).
  mutating func relu(_ name: String, _ input: String) -> String {
    add("Relu", name, [input], width: width(of: input))
  }

  /// A Relu6: y = min(max(x, 0), 6).
  mutating func relu6(_ name: String, _ input: String) -> String {
    for (bound, number) in [("zero", 0), ("six", 6)] {
      initializers["relu6.\(bound)"] = TypedArray(Tensor(shape: [], repeating: Float(number)))
    }
    return add("Clip", name, [input, "relu6.zero", "relu6.six"], width: width(of: input))
  }

  /// The sum of two values.
  mutating func add(_ name: String, _ left: String, _ right: String) -> String {
    add("Add", name, [left, right], width: width(of: left))
  }

  /// The mean over all positions.
  mutating func globalAveragePool(_ name: String, _ input: String) -> String {
    add("GlobalAveragePool", name, [input], width: width(of: input))
  }

  /// Without the spatial axes: [batch, channels, 1, 1] → [batch, channels].
  mutating func flatten(_ name: String, _ input: String) -> String {
    add("Flatten", name, [input], width: width(of: input), attributes: ["axis": .int(1)])
  }

  /// y = x·Wᵀ + b with W [width, inputs].
  mutating func dense(_ name: String, _ input: String, width: Int, output: String) {
    let weight = addWeight("\(name).weight", [width, self.width(of: input)])
    initializers["\(name).bias"] = TypedArray(Tensor(shape: [width]))
    _ = add(
      "Gemm", name, [input, weight, "\(name).bias"], width: width,
      attributes: ["transB": .int(1)], output: output)
  }

  private mutating func addWeight(_ name: String, _ shape: Shape) -> String {
    let deviation = (2 / Double(max(1, shape.count / max(1, shape[0])))).squareRoot()
    initializers[name] = TypedArray(
      Tensor(shape: shape) { _ in Float(generator.normal(standardDeviation: deviation)) })
    return name
  }

  private mutating func add(
    _ type: String, _ name: String, _ inputs: [String], width: Int,
    attributes: [String: Attribute] = [:], output: String? = nil
  ) -> String {
    let output = output ?? name
    nodes.append(
      Node(
        name: name, operatorType: type, inputs: inputs, outputs: [output], attributes: attributes))
    widths[output] = width
    return output
  }
}
