import Networks
import Tensors

/// How channels pass through each operator: which output channel is tied to which input channel,
/// and what cannot be pruned because an operator mixes or fixes channels.
///
/// Channels are the extents of axis 1. An operator without a rule pins what it touches, so that an
/// unknown operator costs freedom, never correctness. The rules of layers with weights stand in
/// `ChannelFlow+Layers`, those of operators that move channels in `ChannelFlow+Movement`.
struct ChannelFlow {
  var classes: ChannelClasses
  /// Why the channels of a value cannot be removed.
  private(set) var pins: [String: String] = [:]
  /// The shuffles, whose inner values hold channels on more than one axis and are not followed.
  let shuffles: [ChannelShuffle]
  let graph: Graph
  let shapes: [String: Shape]

  init(_ graph: Graph, shapes: [String: Shape]) {
    self.graph = graph
    self.shapes = shapes
    shuffles = ChannelShuffle.all(in: graph, shapes: shapes)
    let inner = Set(shuffles.flatMap(\.innerValues))
    var extents: [(String, Int)] = []
    let computed = graph.inputs.map(\.name) + graph.nodes.flatMap(\.outputs)
    for value in computed where !value.isEmpty && !inner.contains(value) {
      if let shape = shapes[value], shape.rank >= 2 { extents.append((value, shape[1])) }
    }
    classes = ChannelClasses(extents)
    for input in graph.inputs { pin(input.name, "it is an input of the network") }
    let shuffled = Set(shuffles.flatMap(\.nodes))
    for (index, node) in graph.nodes.enumerated() where !shuffled.contains(index) { follow(node) }
    for shuffle in shuffles { follow(shuffle) }
    for output in graph.outputs { pin(output.name, "it is an output of the network") }
  }

  mutating func pin(_ value: String, _ reason: String) {
    if !value.isEmpty, pins[value] == nil { pins[value] = reason }
  }

  mutating func pinAll(_ node: Node, _ reason: String) {
    for value in node.inputs + node.outputs where graph.initializers[value] == nil {
      pin(value, reason)
    }
  }

  private mutating func follow(_ node: Node) {
    switch node.operatorType {
    case "Conv": followConvolution(node)
    case "Gemm", "MatMul": followProduct(node)
    case "BatchNormalization", "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish",
      "Tanh", "Identity", "MaxPool", "AveragePool", "GlobalAveragePool", "Dropout":
      classes.tie(node.inputs[0], node.outputs[0])
    case "Add", "Sub", "Mul", "Div": followArithmetic(node)
    case "Concat": followConcat(node)
    case "Pad": followPad(node)
    case "Slice": followSlice(node)
    case "Split": followSplit(node)
    case "Gather": followGather(node)
    case "Transpose": followTranspose(node)
    case "ReduceMean", "Softmax": followReduction(node)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": followFlatten(node)
    default: pinAll(node, "\(node.operatorType) '\(node.name)' is not followed")
    }
  }

  /// One operand may lack channels and be the same for all of them; it then has a single one, which
  /// is never cut.
  private mutating func followArithmetic(_ node: Node) {
    guard let output = shapes[node.outputs[0]], output.rank >= 2 else {
      return pinAll(node, "\(node.operatorType) '\(node.name)' has no channels")
    }
    for input in node.inputs where !isConstant(input) {
      guard let shape = shapes[input], shape.rank == output.rank else {
        return pinAll(node, "\(node.operatorType) '\(node.name)' broadcasts across ranks")
      }
      if shape[1] == output[1] {
        classes.tie(input, node.outputs[0])
      } else {
        pin(input, "\(node.operatorType) '\(node.name)' repeats it for every channel")
      }
    }
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

  func isConstant(_ value: String) -> Bool { graph.initializers[value] != nil }

  func axis(of node: Node, default value: Int) -> Int? {
    var axis = value
    if case .int(let given)? = node.attributes["axis"] { axis = given }
    return shapes[node.outputs[0]]?.axis(axis)
  }
}
