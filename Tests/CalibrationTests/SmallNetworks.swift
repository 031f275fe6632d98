import Networks
import Tensors
import TestSupport

/// Networks small enough to differentiate in full, with random weights.
enum SmallNetworks {
  /// A part of a graph being drawn.
  struct Drawing {
    var nodes: [Node] = []
    var initializers: [String: TypedArray] = [:]
    var seed: UInt64

    mutating func weights(_ name: String, _ shape: Shape, scale: Float) -> String {
      seed += 1
      initializers[name] = TypedArray(Tensor.normal(shape, seed: seed, scale: scale))
      return name
    }

    mutating func node(
      _ type: String, _ name: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]
    ) -> String {
      nodes.append(
        Node(
          name: name, operatorType: type, inputs: inputs, outputs: ["\(name).out"],
          attributes: attributes))
      return "\(name).out"
    }

    mutating func conv(_ name: String, _ input: String, _ from: Int, _ to: Int) -> String {
      let scale = 1.4 / Float(9 * from).squareRoot()
      let weight = weights("\(name).weight", [to, from, 3, 3], scale: scale)
      return node("Conv", name, [input, weight], ["pads": .ints([1, 1, 1, 1])])
    }

    mutating func normalization(_ name: String, _ input: String, _ channels: Int) -> String {
      seed += 1
      let draws = Tensor.normal([4 * channels], seed: seed).scalars
      let parameters: [(String, (Float) -> Float)] = [
        ("gamma", { 1 + 0.2 * $0 }), ("beta", { 0.3 * $0 }), ("mean", { 0.1 * $0 }),
        ("variance", { 1 + 0.3 * abs($0) }),
      ]
      for (position, (suffix, shape)) in parameters.enumerated() {
        initializers["\(name).\(suffix)"] = TypedArray(
          Tensor(shape: [channels]) { shape(draws[position * channels + $0]) })
      }
      return node(
        "BatchNormalization", name, [input] + parameters.map { "\(name).\($0.0)" })
    }

    func graph(_ output: String, _ image: [Int]) -> Graph {
      Graph(
        name: "small",
        inputs: [Graph.Value(name: "x", extents: [.batch] + image.map { .fixed($0) })],
        outputs: [Graph.Value(name: output, extents: nil)], nodes: nodes,
        initializers: initializers)
    }
  }

  /// Convolutions with normalisations, a residual, a classifier and, where asked for, a Softmax.
  static func residual(seed: UInt64, widths: [Int] = [5, 7, 6], softmax: Bool = false) -> Graph {
    var drawing = Drawing(seed: 100 * seed)
    var value = drawing.conv("stem", "x", 3, widths[0])
    value = drawing.normalization("stem.norm", value, widths[0])
    value = drawing.node("Relu", "stem.relu", [value])
    let shortcut = value
    value = drawing.conv("first", value, widths[0], widths[1])
    value = drawing.node("Relu", "first.relu", [value])
    value = drawing.conv("second", value, widths[1], widths[0])
    value = drawing.normalization("second.norm", value, widths[0])
    value = drawing.node("Add", "add", [value, shortcut])
    value = drawing.node("Relu", "add.relu", [value])
    value = drawing.conv("third", value, widths[0], widths[2])
    value = drawing.node("Relu", "third.relu", [value])
    value = drawing.node("GlobalAveragePool", "pool", [value])
    value = drawing.node("Flatten", "flat", [value])
    let weight = drawing.weights("classes.weight", [4, widths[2]], scale: 0.7)
    value = drawing.node("Gemm", "classes", [value, weight], ["transB": .int(1)])
    if softmax { value = drawing.node("Softmax", "softmax", [value]) }
    return drawing.graph(value, [3, 7, 6])
  }

  /// Dense layers alone, one of them a MatMul.
  static func dense(seed: UInt64) -> Graph {
    var drawing = Drawing(seed: 100 * seed + 50)
    var value = "x"
    for (number, (from, to)) in [(9, 13), (13, 11), (11, 5)].enumerated() {
      let isProduct = number == 1
      let weight = drawing.weights(
        "w\(number)", isProduct ? [from, to] : [to, from], scale: 1 / Float(from).squareRoot())
      value = drawing.node(
        isProduct ? "MatMul" : "Gemm", "dense\(number)", [value, weight],
        isProduct ? [:] : ["transB": .int(1)])
      if number < 2 { value = drawing.node("Tanh", "tanh\(number)", [value]) }
    }
    return drawing.graph(value, [9])
  }

  static func images(_ count: Int, _ image: [Int] = [3, 7, 6], seed: UInt64 = 9) -> Tensor {
    .normal(Shape([count] + image), seed: seed)
  }
}
