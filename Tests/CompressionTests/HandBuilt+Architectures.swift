import Networks
import Tensors

/// The building blocks of published architectures, small.
extension HandBuilt {
  static let architectures = [
    groupedResidual, uniformlyGrouped, multipliedDepthwise, groupedShuffle, chunkedShuffle,
    unevenParts, gathered, denseAttention, squeezedAttention, handMadeHardSwish, ghost,
    spatialAttention, headPerPixel, branches,
  ]

  /// RegNet: a grouped convolution between two others, channel attention, and a sum.
  static let groupedResidual = HandBuilt("a grouped convolution under a residual addition") {
    let stem = $0.block("stem", "x", 3, 10)
    let wide = $0.block("wide", stem, 10, 12, kernel: (1, 1))
    let own = $0.block("own", wide, 12, 9, groups: 3)
    let pooled = $0.node("ReduceMean", "squeeze", [own, $0.integers("squeeze.axes", [2, 3])])
    let down = $0.node("Relu", "down.relu", [$0.convolution("down", pooled, 9, 4, kernel: (1, 1))])
    let gate = $0.node("Sigmoid", "gate", [$0.convolution("up", down, 4, 9, kernel: (1, 1))])
    let gated = $0.node("Mul", "gated", [gate, own])
    let narrow = $0.convolution("narrow", gated, 9, 10, kernel: (1, 1), hasBias: false)
    let branch = $0.normalization("narrow.norm", narrow, 10)
    return $0.head($0.node("Relu", "sum.relu", [$0.node("Add", "sum", [stem, branch])]), 10)
  }

  /// The groups of two convolutions that follow each other, and that are not equally many.
  static let uniformlyGrouped = HandBuilt("grouped convolutions behind each other") {
    let wide = $0.convolution("wide", "x", 3, 12)
    let first = $0.convolution("first", wide, 12, 24, groups: 4)
    let second = $0.convolution("second", first, 24, 12, kernel: (1, 3), groups: 6)
    return $0.head($0.node("Add", "sum", [wide, second]), 12)
  }

  static let multipliedDepthwise = HandBuilt("a depthwise convolution of two filters a channel") {
    let wide = $0.block("expand", "x", 3, 5, kernel: (1, 1))
    let own = $0.block("depth", wide, 5, 10, groups: 5)
    return $0.head($0.block("project", own, 10, 6, kernel: (1, 1)), 6)
  }

  /// The first half of ShuffleNet V1's unit.
  static let groupedShuffle = HandBuilt("a shuffle behind a grouped convolution") {
    let stem = $0.block("stem", "x", 3, 9)
    let inner = $0.block("inner", stem, 9, 12, kernel: (1, 1), groups: 3)
    let mixed = $0.shuffle("mixed", inner, [3, 4], [7, 6])
    let depth = $0.normalization(
      "depth.norm", $0.convolution("depth", mixed, 12, 12, groups: 12, hasBias: false), 12)
    let outer = $0.convolution("outer", depth, 12, 9, kernel: (1, 1))
    return $0.head($0.node("Relu", "sum.relu", [$0.node("Add", "sum", [outer, stem])]), 9)
  }

  /// ShuffleNet V2: two units of chunk, branch, concatenation and shuffle.
  static let chunkedShuffle = HandBuilt("shuffles of chunked channels") {
    var value = $0.block("stem", "x", 3, 12)
    for unit in ["one", "two", "three"] {
      let sizes = unit == "two" ? [$0.integers("two.sizes", [6, 6])] : []
      $0.node(
        "Split", "\(unit).split", [value] + sizes, ["axis": .int(1)],
        outputs: ["\(unit).left", "\(unit).right"])
      let first = $0.block("\(unit).first", "\(unit).right", 6, 6, kernel: (1, 1))
      let depth = $0.normalization(
        "\(unit).depth.norm", $0.convolution("\(unit).depth", first, 6, 6, groups: 6), 6)
      let last = $0.block("\(unit).last", depth, 6, 6, kernel: (1, 1))
      let both = $0.node("Concat", "\(unit).both", ["\(unit).left", last], ["axis": .int(1)])
      value = $0.shuffle("\(unit).mixed", both, [2, 6], [7, 6])
    }
    return $0.head($0.block("end", value, 12, 7, kernel: (1, 1)), 7)
  }

  static let unevenParts = HandBuilt("parts of channels by Split and Slice") {
    let value = $0.block("first", "x", 3, 8)
    $0.node(
      "Split", "parts", [value], ["axis": .int(-3), "num_outputs": .int(3)],
      outputs: ["part1", "part2", "part3"])
    let range = $0.node(
      "Slice", "range",
      [
        value, $0.integers("range.starts", [1, -6]), $0.integers("range.ends", [6, 7]),
        $0.integers("range.axes", [2, 1]),
      ])
    let left = $0.block("left", "part1", 3, 4)
    let right = $0.block("right", "part3", 2, 5)
    let cut = $0.block("cut", range, 5, 4)
    var pooled: [String] = []
    for value in ["part2", left, right, cut] {
      pooled.append($0.node("GlobalAveragePool", "\(value).pool", [value]))
    }
    let both = $0.node("Concat", "both", pooled, ["axis": .int(1)])
    return $0.dense("classes", $0.node("Flatten", "flat", [both]), 16, 4)
  }

  static let gathered = HandBuilt("gathered channels and turned pixels") {
    let value = $0.block("first", "x", 3, 5)
    let picked = $0.node(
      "Gather", "picked", [value, $0.integers("picked.indices", [4, 0, -3, 0])],
      ["axis": .int(1)])
    let turned = $0.node("Transpose", "turned", [picked], ["perm": .ints([0, 1, 3, 2])])
    return $0.head($0.block("last", turned, 4, 6), 6)
  }

  /// Squeeze and excitation with matrices, and y = x·sigmoid(x).
  static let denseAttention = HandBuilt("channel attention with dense layers") {
    let own = $0.convolution("first", "x", 3, 6)
    let value = $0.node("Mul", "silu", [own, $0.node("Sigmoid", "silu.gate", [own])])
    let flat = $0.node("Flatten", "squeeze", [$0.node("GlobalAveragePool", "means", [value])])
    let down = $0.node("Relu", "down.relu", [$0.dense("down", flat, 6, 3)])
    let gate = $0.node("HardSigmoid", "gate", [$0.dense("up", down, 3, 6)])
    let wide = $0.node("Reshape", "wide", [gate, $0.integers("wide.shape", [-1, 6, 1, 1])])
    return $0.head($0.block("last", $0.node("Mul", "gated", [value, wide]), 6, 5), 5)
  }

  static let squeezedAttention = HandBuilt("channel attention without and with pixels") {
    let value = $0.block("first", "x", 3, 7)
    let mean = $0.node(
      "ReduceMean", "mean", [value, $0.integers("mean.axes", [2, 3])], ["keepdims": .int(0)])
    let weight = $0.draws("down.weight", [7, 4])
    let down = $0.node("MatMul", "down", [mean, weight])
    let up = $0.dense("up", $0.node("Tanh", "down.tanh", [down]), 4, 7)
    let gate = $0.node("Sigmoid", "gate", [up])
    let wide = $0.node("Unsqueeze", "wide", [gate, $0.integers("wide.axes", [2, 3])])
    return $0.head($0.block("last", $0.node("Mul", "gated", [wide, value]), 7, 5), 5)
  }

  static let handMadeHardSwish = HandBuilt("hard swish spelled out") {
    let own = $0.block("first", "x", 3, 6)
    $0.set("zero", TypedArray(Tensor(shape: [], repeating: 0)))
    $0.set("three", TypedArray(Tensor(shape: [1], repeating: 3)))
    $0.set("six", TypedArray(Tensor(shape: [1, 1, 1, 1], repeating: 6)))
    $0.set("limit", TypedArray(Tensor(shape: [], repeating: 6)))
    let moved = $0.node("Add", "moved", [own, "three"])
    let clipped = $0.node("Clip", "clipped", [moved, "zero", "limit"])
    let value = $0.node("Div", "swish", [$0.node("Mul", "scaled", [own, clipped]), "six"])
    // One number for each pixel is none for a channel.
    let masked = $0.node("Mul", "masked", [value, $0.draws("mask", [7, 6])])
    return $0.head($0.block("last", masked, 6, 5), 5)
  }

  /// GhostNet: half of the channels are cheap functions of the other half.
  static let ghost = HandBuilt("channels made of others and a part of both") {
    let stem = $0.block("stem", "x", 3, 7)
    let main = $0.block("main", stem, 7, 4, kernel: (1, 1))
    let cheap = $0.block("cheap", main, 4, 4, groups: 4)
    let both = $0.node("Concat", "both", [main, cheap], ["axis": .int(1)])
    let part = $0.node(
      "Slice", "part",
      [
        both, $0.integers("part.starts", [0]), $0.integers("part.ends", [7]),
        $0.integers("part.axes", [1]),
      ])
    return $0.head($0.block("last", $0.node("Add", "sum", [part, stem]), 7, 6), 6)
  }

  static let spatialAttention = HandBuilt("one gate for all channels") {
    let value = $0.block("first", "x", 3, 6)
    let gate = $0.node("Sigmoid", "gate", [$0.convolution("gate.own", value, 6, 1)])
    return $0.head($0.block("last", $0.node("Mul", "gated", [value, gate]), 6, 5), 5)
  }

  /// VGG: a classifier on all pixels behind a convolution.
  static let headPerPixel = HandBuilt("a flattened image before dense layers") {
    let value = $0.block("first", "x", 3, 5, stride: 2)
    let flat = $0.node("Reshape", "flat", [value, $0.integers("flat.shape", [0, -1])])
    let hidden = $0.node("Relu", "hidden.relu", [$0.dense("hidden", flat, 60, 8)])
    return $0.dense("classes", hidden, 8, 4)
  }

  /// Inception: branches of several depths, one of them pooled.
  static let branches = HandBuilt("branches of an inception block") {
    let stem = $0.block("stem", "x", 3, 6)
    let point = $0.block("point", stem, 6, 4, kernel: (1, 1))
    let deep = $0.block("deep", $0.block("deep.in", stem, 6, 3, kernel: (1, 1)), 3, 5)
    let pooled = $0.node(
      "MaxPool", "pooled", [stem],
      ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([1, 1])])
    let after = $0.block("after", pooled, 6, 2, kernel: (1, 1))
    let all = $0.node("Concat", "all", [point, deep, after, stem], ["axis": .int(1)])
    return $0.head($0.block("last", all, 17, 7), 7)
  }
}
