import Networks
import Tensors
import Testing

/// Small networks, one for each way in which channels can depend on each other.
struct HandBuilt: CustomTestStringConvertible, Sendable {
  let name: String
  let graph: Graph
  var testDescription: String { name }

  init(_ name: String, _ graph: Graph) {
    self.name = name
    self.graph = graph
  }

  static let all =
    [
      chain, residual, concatenation, denseConnections, depthwise, paddedShortcut, wideFlatten,
      products, constants, attention, means, reshapes, grouped, softmax, sharedConstants,
    ] + architectures

  static let chain = HandBuilt("a plain chain") {
    var value = $0.block("a", "x", 3, 5)
    value = $0.block("b", value, 5, 7, kernel: (1, 3), stride: 2)
    value = $0.node("MaxPool", "pooled", [value], ["kernel_shape": .ints([2, 1])])
    value = $0.node("Relu", "c.relu", [$0.convolution("c", value, 7, 6)])
    return $0.head(value, 6)
  }

  static let residual = HandBuilt("a residual addition") {
    let stem = $0.block("stem", "x", 3, 6)
    let inner = $0.block("first", stem, 6, 5)
    let second = $0.convolution("second", inner, 5, 6, hasBias: false)
    let branch = $0.normalization("second.norm", second, 6)
    let sum = $0.node("Relu", "sum.relu", [$0.node("Add", "sum", [branch, stem])])
    let last = $0.block("last", sum, 6, 7, stride: 2)
    return $0.head(last, 7)
  }

  static let concatenation = HandBuilt("a concatenation") {
    let stem = $0.block("stem", "x", 3, 6)
    let left = $0.block("left", stem, 6, 4)
    let right = $0.block("right", stem, 6, 5, kernel: (1, 1))
    let both = $0.node("Concat", "both", [left, right], ["axis": .int(1)])
    return $0.head($0.block("mix", both, 9, 7), 7)
  }

  static let denseConnections = HandBuilt("dense connections") {
    let stem = $0.convolution("stem", "x", 3, 4)
    var value = stem
    for (step, width) in [(1, 4), (2, 7)] {
      let before = $0.node(
        "Relu", "step\(step).relu", [$0.normalization("step\(step).norm", value, width)])
      let grown = $0.convolution("step\(step)", before, width, 3)
      value = $0.node("Concat", "grown\(step)", [value, grown], ["axis": .int(-3)])
    }
    return $0.head(value, 10)
  }

  static let depthwise = HandBuilt("a depthwise convolution") {
    let wide = $0.block("expand", "x", 3, 8, kernel: (1, 1))
    let own = $0.convolution("depth", wide, 8, 8, groups: 8)
    let value = $0.node("Clip", "depth.clip", [$0.normalization("depth.norm", own, 8)])
    return $0.head($0.block("project", value, 8, 5, kernel: (1, 1)), 5)
  }

  static let paddedShortcut = HandBuilt("a zero-padded shortcut") {
    let stem = $0.block("stem", "x", 3, 6)
    let first = $0.block("first", stem, 6, 8, stride: 2)
    let second = $0.convolution("second", first, 8, 11, hasBias: false)
    let branch = $0.normalization("second.norm", second, 11)
    let cut = $0.node(
      "Slice", "cut",
      [
        stem, $0.integers("cut.starts", [0, 0, 0]), $0.integers("cut.ends", [7, 6, 6]),
        $0.integers("cut.axes", [2, 3, 1]), $0.integers("cut.steps", [2, 2, 1]),
      ])
    let padded = $0.node(
      "Pad", "padded", [cut, $0.integers("padded.pads", [0, 2, 0, 0, 0, 3, 0, 0])])
    let sum = $0.node("Relu", "sum.relu", [$0.node("Add", "sum", [branch, padded])])
    return $0.head($0.block("last", sum, 11, 7), 7)
  }

  static let wideFlatten = HandBuilt("a flattening of more than one pixel") {
    let value = $0.block("first", "x", 3, 5, stride: 2)
    let flat = $0.node("Flatten", "flat", [value])
    let hidden = $0.node("Relu", "hidden.relu", [$0.dense("hidden", flat, 5 * 4 * 3, 9)])
    return $0.dense("classes", hidden, 9, 4)
  }

  static let products = HandBuilt("matrix products of every form") {
    let flat = $0.node("Flatten", "flat", [$0.block("first", "x", 3, 4, stride: 2)])
    let weight = $0.draws("one.weight", [4 * 4 * 3, 8], scale: 0.2)
    let biased = $0.node(
      "Add", "one.sum", [$0.node("MatMul", "one", [flat, weight]), $0.draws("one.bias", [8])])
    let other = $0.draws("two.weight", [8, 6])
    let bias = $0.draws("two.bias", [1, 6])
    let two = $0.node(
      "Gemm", "two", [$0.node("Sigmoid", "one.sigmoid", [biased]), other, bias],
      ["alpha": .float(0.5), "beta": .float(2)])
    return $0.dense("classes", $0.node("Relu", "two.relu", [two]), 6, 4)
  }

  static let constants = HandBuilt("arithmetic with constants") {
    let own = $0.convolution("first", "x", 3, 5, hasBias: false)
    let scaled = $0.node("Mul", "scaled", [$0.draws("scale", [1, 5, 1, 1]), own])
    let moved = $0.node("Sub", "moved", [scaled, $0.draws("shift", [5, 1, 1])])
    let halved = $0.node("Mul", "halved", [moved, $0.draws("half", [])])
    return $0.head($0.node("HardSwish", "act", [halved]), 5)
  }

  static let attention = HandBuilt("channel attention") {
    let value = $0.block("first", "x", 3, 6)
    let pooled = $0.node("GlobalAveragePool", "squeeze", [value])
    let inner = $0.convolution("down", pooled, 6, 3, kernel: (1, 1))
    let outer = $0.convolution(
      "up", $0.node("Relu", "down.relu", [inner]), 3, 6, kernel: (1, 1))
    let gate = $0.node("HardSigmoid", "gate", [outer])
    let gated = $0.node("Mul", "gated", [value, gate])
    return $0.head($0.block("last", gated, 6, 5), 5)
  }

  static let means = HandBuilt("a mean over pixels") {
    let value = $0.block("first", "x", 3, 7)
    let mean = $0.node(
      "ReduceMean", "mean", [value, $0.integers("mean.axes", [2, -1])], ["keepdims": .int(0)])
    return $0.dense("classes", mean, 7, 4)
  }

  static let reshapes = HandBuilt("reshaping instead of flattening") {
    let value = $0.block("first", "x", 3, 5, stride: 2)
    let rows = $0.node("Reshape", "rows", [value, $0.integers("rows.shape", [0, 5, -1])])
    let flat = $0.node("Reshape", "flat", [rows, $0.integers("flat.shape", [-1, 60])])
    let hidden = $0.dense("hidden", flat, 60, 6)
    let image = $0.node(
      "Unsqueeze", "image",
      [$0.node("Relu", "hidden.relu", [hidden]), $0.integers("image.axes", [2, 3])])
    let mixed = $0.convolution("mixed", image, 6, 5, kernel: (1, 1))
    let back = $0.node("Squeeze", "back", [mixed, $0.integers("back.axes", [2, 3])])
    return $0.dense("classes", back, 5, 4)
  }

  static let grouped = HandBuilt("a grouped convolution") {
    let wide = $0.block("wide", "x", 3, 8)
    let halves = $0.block("halves", wide, 8, 6, groups: 2)
    return $0.head($0.block("last", halves, 6, 5), 5)
  }

  static let softmax = HandBuilt("a softmax over channels") {
    let value = $0.convolution("first", "x", 3, 5)
    let weights = $0.node("Softmax", "weights", [value], ["axis": .int(1)])
    return $0.head($0.block("last", weights, 5, 6), 6)
  }

  /// Every BatchNormalization reads one constant as scale and variance, another as shift and mean.
  static let sharedConstants = HandBuilt("constants shared within and between nodes") {
    var value = "x"
    let ones = $0.draws("ones", [6])
    let zeros = $0.draws("zeros", [6])
    $0.set("ones", TypedArray(Tensor(shape: [6]) { 0.5 + 0.25 * Float($0) }))
    for (name, channels) in [("a", 3), ("b", 6), ("c", 6)] {
      let own = $0.convolution(name, value, channels, 6, hasBias: false)
      let norm = $0.node(
        "BatchNormalization", "\(name).norm", [own, ones, zeros, zeros, ones])
      value = $0.node("Relu", "\(name).relu", [norm])
    }
    return $0.head(value, 6)
  }

  init(_ name: String, _ build: (inout Sketch) -> String) {
    var sketch = Sketch()
    let output = build(&sketch)
    self.init(name, sketch.graph(output))
  }
}
