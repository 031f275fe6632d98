import Networks
import Tensors

/// Draws a small network by hand, node by node; weights are normal draws, so that no two channels
/// are alike.
struct Sketch {
  private(set) var nodes: [Node] = []
  private(set) var initializers: [String: TypedArray] = [:]
  private var generator: SeededGenerator
  private let extents: [Int]

  /// A sketch that begins with an image `x` of these extents, the batch left out.
  init(_ extents: [Int] = [3, 7, 6], seed: UInt64 = 1) {
    self.extents = extents
    generator = SeededGenerator(seed: seed)
  }

  /// The network with the given outputs; mutating, so that arguments that add nodes come first.
  mutating func graph(_ outputs: String...) -> Graph {
    Graph(
      name: "sketch",
      inputs: [Graph.Value(name: "x", extents: [.batch] + extents.map { .fixed($0) })],
      outputs: outputs.map { Graph.Value(name: $0, extents: nil) }, nodes: nodes,
      initializers: initializers)
  }

  /// Adds a node whose only output has its name.
  @discardableResult
  mutating func node(
    _ type: String, _ name: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]
  ) -> String {
    nodes.append(
      Node(
        name: name, operatorType: type, inputs: inputs, outputs: [name], attributes: attributes))
    return name
  }

  /// Adds a node with outputs of their own names.
  mutating func node(
    _ type: String, _ name: String, _ inputs: [String], _ attributes: [String: Attribute],
    outputs: [String]
  ) {
    nodes.append(
      Node(
        name: name, operatorType: type, inputs: inputs, outputs: outputs, attributes: attributes))
  }

  /// Adds a channel shuffle: channels folded into two axes, which change places.
  mutating func shuffle(
    _ name: String, _ input: String, _ folded: [Int], _ pixels: [Int]
  ) -> String {
    let wide = integers("\(name).fold.shape", [0] + folded + pixels)
    let flat = integers("\(name).shape", [-1, folded[0] * folded[1]] + pixels)
    let fold = node("Reshape", "\(name).fold", [input, wide])
    let turn = node("Transpose", "\(name).turn", [fold], ["perm": .ints([0, 2, 1, 3, 4])])
    return node("Reshape", name, [turn, flat])
  }

  /// Adds a constant of normal draws.
  mutating func draws(_ name: String, _ shape: Shape, scale: Double = 0.5) -> String {
    initializers[name] = TypedArray(
      Tensor(shape: shape) { _ in Float(generator.normal(standardDeviation: scale)) })
    return name
  }

  /// Adds a list of whole numbers.
  mutating func integers(_ name: String, _ numbers: [Int]) -> String {
    initializers[name] = TypedArray(numbers)
    return name
  }

  /// Puts a constant in place of another.
  mutating func set(_ name: String, _ array: TypedArray) { initializers[name] = array }

  /// A convolution from `channels` to `outputs`.
  mutating func convolution(
    _ name: String, _ input: String, _ channels: Int, _ outputs: Int, kernel: (Int, Int) = (3, 3),
    stride: Int = 1, groups: Int = 1, hasBias: Bool = true
  ) -> String {
    var inputs = [input]
    inputs.append(
      draws("\(name).weight", [outputs, channels / groups, kernel.0, kernel.1], scale: 0.4))
    if hasBias { inputs.append(draws("\(name).bias", [outputs])) }
    let (y, x) = (kernel.0 / 2, kernel.1 / 2)
    return node(
      "Conv", name, inputs,
      [
        "strides": .ints([stride, stride]), "pads": .ints([y, x, y, x]), "group": .int(groups),
        "kernel_shape": .ints([kernel.0, kernel.1]),
      ])
  }

  /// A BatchNormalization with a positive scale and statistics of its own.
  mutating func normalization(_ name: String, _ input: String, _ channels: Int) -> String {
    for part in ["scale", "variance"] {
      initializers["\(name).\(part)"] = TypedArray(
        Tensor(shape: [channels]) { _ in Float(generator.uniform(in: 0.4...1.8)) })
    }
    let shift = draws("\(name).shift", [channels])
    let mean = draws("\(name).mean", [channels])
    return node(
      "BatchNormalization", name, [input, "\(name).scale", shift, mean, "\(name).variance"],
      ["epsilon": .float(1e-3)])
  }

  /// Convolution, normalisation, Relu; the value of the Relu is `<name>.relu`.
  mutating func block(
    _ name: String, _ input: String, _ channels: Int, _ outputs: Int, kernel: (Int, Int) = (3, 3),
    stride: Int = 1, groups: Int = 1
  ) -> String {
    let own = convolution(
      name, input, channels, outputs, kernel: kernel, stride: stride, groups: groups,
      hasBias: false)
    return node("Relu", "\(name).relu", [normalization("\(name).norm", own, outputs)])
  }

  /// y = x·Wᵀ + b with W outputs × inputs.
  mutating func dense(_ name: String, _ input: String, _ channels: Int, _ outputs: Int) -> String {
    let weight = draws("\(name).weight", [outputs, channels])
    let bias = draws("\(name).bias", [outputs])
    return node("Gemm", name, [input, weight, bias], ["transB": .int(1)])
  }

  /// Mean over all pixels, flattened, and a classifier `classes`.
  mutating func head(_ input: String, _ channels: Int, classes: Int = 4) -> String {
    let pooled = node("GlobalAveragePool", "pool", [input])
    return dense(
      "classes", node("Flatten", "flat", [pooled], ["axis": .int(1)]), channels, classes)
  }
}
