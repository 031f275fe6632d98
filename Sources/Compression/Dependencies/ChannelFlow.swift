import Networks
import Tensors

/// How channels pass through each operator: which output channel is tied to which input channel,
/// and what cannot be pruned because an operator mixes or fixes channels.
///
/// Channels are the extents of axis 1. An operator without a rule pins what it touches, so that an
/// unknown operator costs freedom, never correctness.
struct ChannelFlow {
  private(set) var classes: ChannelClasses
  /// Why the channels of a value cannot be removed.
  private(set) var pins: [String: String] = [:]
  private let graph: Graph
  private let shapes: [String: Shape]

  init(_ graph: Graph, shapes: [String: Shape]) {
    self.graph = graph
    self.shapes = shapes
    var extents: [(String, Int)] = []
    let computed = graph.inputs.map(\.name) + graph.nodes.flatMap(\.outputs)
    for value in computed where !value.isEmpty {
      if let shape = shapes[value], shape.rank >= 2 { extents.append((value, shape[1])) }
    }
    classes = ChannelClasses(extents)
    for input in graph.inputs { pin(input.name, "it is an input of the network") }
    for node in graph.nodes { follow(node) }
    for output in graph.outputs { pin(output.name, "it is an output of the network") }
  }

  private mutating func pin(_ value: String, _ reason: String) {
    if !value.isEmpty, pins[value] == nil { pins[value] = reason }
  }

  private mutating func pinAll(_ node: Node, _ reason: String) {
    for value in node.inputs + node.outputs where graph.initializers[value] == nil {
      pin(value, reason)
    }
  }

  private mutating func follow(_ node: Node) {
    switch node.operatorType {
    case "Conv": followConvolution(node)
    case "Gemm": followProduct(node)
    case "MatMul": followProduct(node)
    case "BatchNormalization", "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish",
      "Identity", "MaxPool", "AveragePool", "GlobalAveragePool", "Dropout":
      classes.tie(node.inputs[0], node.outputs[0])
    case "Add", "Sub", "Mul", "Div": followArithmetic(node)
    case "Concat": followConcat(node)
    case "Pad": followPad(node)
    case "Slice": followSlice(node)
    case "ReduceMean", "Softmax": followReduction(node)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": followFlatten(node)
    default: pinAll(node, "\(node.operatorType) '\(node.name)' is not followed")
    }
  }

  private mutating func followConvolution(_ node: Node) {
    guard node.inputs.dropFirst().allSatisfy({ $0.isEmpty || isConstant($0) }) else {
      return pinAll(node, "the weights of '\(node.name)' are not constant")
    }
    var groups = 1
    if case .int(let given)? = node.attributes["group"] { groups = given }
    guard groups != 1 else { return }
    let channels = classes.channelCount[node.inputs[0]]
    if groups == channels, channels == classes.channelCount[node.outputs[0]] {
      classes.tie(node.inputs[0], node.outputs[0])
    } else {
      pinAll(node, "the grouped convolution '\(node.name)' needs equal groups")
    }
  }

  private mutating func followProduct(_ node: Node) {
    let weights = node.inputs.count > 1 ? graph.initializers[node.inputs[1]] : nil
    let isPlain = node.attributes["transA"].map { $0 == .int(0) } ?? true
    let hasBias = node.inputs.count > 2 && !node.inputs[2].isEmpty
    guard weights?.shape.rank == 2, isPlain, shapes[node.inputs[0]]?.rank == 2,
      !hasBias || isConstant(node.inputs[2])
    else {
      return pinAll(node, "'\(node.name)' multiplies two computed values or other than matrices")
    }
  }

  private mutating func followArithmetic(_ node: Node) {
    guard let output = shapes[node.outputs[0]], output.rank >= 2 else {
      return pinAll(node, "\(node.operatorType) '\(node.name)' has no channels")
    }
    for input in node.inputs where graph.initializers[input] == nil {
      guard let shape = shapes[input], shape.rank == output.rank else {
        return pinAll(node, "\(node.operatorType) '\(node.name)' broadcasts across ranks")
      }
      if shape[1] == output[1] {
        classes.tie(input, node.outputs[0])
      } else {
        pin(node.outputs[0], "\(node.operatorType) '\(node.name)' broadcasts one channel")
      }
    }
  }

  private mutating func followConcat(_ node: Node) {
    guard axis(of: node, default: 0) == 1 else {
      for input in node.inputs { classes.tie(input, node.outputs[0]) }
      if axis(of: node, default: 0) == nil || node.inputs.contains(where: isConstant) {
        pinAll(node, "Concat '\(node.name)' is not along channels")
      }
      return
    }
    var first = 0
    for input in node.inputs {
      guard let count = shapes[input]?[1] else { return pinAll(node, "Concat of unknown extents") }
      for channel in 0..<count { classes.tie(input, channel, node.outputs[0], first + channel) }
      first += count
    }
  }

  private mutating func followPad(_ node: Node) {
    guard let shape = shapes[node.inputs[0]], shape.rank >= 2,
      let pads = graph.initializers[node.inputs[1]]?.integers, pads.count == 2 * shape.rank,
      pads[1] >= 0, pads[1 + shape.rank] >= 0, pads[0] == 0, pads[shape.rank] == 0
    else { return pinAll(node, "Pad '\(node.name)' is not followed") }
    let mode = node.attributes["mode"] ?? .string("constant")
    guard mode == .string("constant") || pads[1] + pads[1 + shape.rank] == 0 else {
      return pinAll(node, "Pad '\(node.name)' repeats channels")
    }
    for channel in 0..<shape[1] {
      classes.tie(node.inputs[0], channel, node.outputs[0], channel + pads[1])
    }
  }

  private mutating func followSlice(_ node: Node) {
    guard shapes[node.inputs[0]]?.rank == shapes[node.outputs[0]]?.rank,
      shapes[node.inputs[0]]?[1] == shapes[node.outputs[0]]?[1]
    else { return pinAll(node, "Slice '\(node.name)' cuts channels") }
    let axes = node.inputs.count > 3 ? graph.initializers[node.inputs[3]]?.integers : nil
    let steps = node.inputs.count > 4 ? graph.initializers[node.inputs[4]]?.integers : nil
    if let position = axes?.firstIndex(of: 1), (steps?[position] ?? 1) < 0 {
      return pinAll(node, "Slice '\(node.name)' turns channels round")
    }
    classes.tie(node.inputs[0], node.outputs[0])
  }

  private mutating func followReduction(_ node: Node) {
    guard let before = shapes[node.inputs[0]], let after = shapes[node.outputs[0]],
      after.rank >= 2, before.rank >= 2, before[0] == after[0], before[1] == after[1]
    else { return pinAll(node, "\(node.operatorType) '\(node.name)' mixes channels") }
    if node.operatorType == "Softmax" {
      guard axis(of: node, default: -1) != 1 else {
        return pinAll(node, "Softmax '\(node.name)' mixes channels")
      }
    } else if before.rank > after.rank {
      // Extents cannot tell which axes went, as an image may have as many rows as channels.
      let axes = node.inputs.count > 1 ? graph.initializers[node.inputs[1]]?.integers : nil
      guard let axes, axes.allSatisfy({ (before.axis($0) ?? 0) >= 2 }) else {
        return pinAll(node, "ReduceMean '\(node.name)' mixes channels")
      }
    }
    classes.tie(node.inputs[0], node.outputs[0])
  }

  /// N×C×… → N×(C·…): each feature belongs to the channel it came from.
  ///
  /// Any other reshaping pins.
  private mutating func followFlatten(_ node: Node) {
    guard let before = shapes[node.inputs[0]], let after = shapes[node.outputs[0]],
      before.rank >= 2, after.rank >= 2, before[0] == after[0], before[1] > 0,
      after[1] == before[1] || (after.rank == 2 && after[1] % before[1] == 0)
    else { return pinAll(node, "\(node.operatorType) '\(node.name)' mixes axes") }
    let area = after[1] / before[1]
    for feature in 0..<after[1] {
      classes.tie(node.inputs[0], feature / area, node.outputs[0], feature)
    }
  }

  private func isConstant(_ value: String) -> Bool { graph.initializers[value] != nil }

  private func axis(of node: Node, default value: Int) -> Int? {
    var axis = value
    if case .int(let given)? = node.attributes["axis"] { axis = given }
    return shapes[node.outputs[0]]?.axis(axis)
  }
}
