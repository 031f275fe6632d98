import Networks
import Tensors

// Operators that put channels elsewhere without computing anything.

extension ChannelFlow {
  mutating func followConcat(_ node: Node) {
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

  mutating func followPad(_ node: Node) {
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

  mutating func followSlice(_ node: Node) {
    guard let before = shapes[node.inputs[0]], let after = shapes[node.outputs[0]],
      before.rank >= 2, before[0] == after[0]
    else { return pinAll(node, "Slice '\(node.name)' is not followed") }
    guard let range = graph.channelRange(of: node, before: before, after: after) else {
      return pinAll(node, "Slice '\(node.name)' takes channels in steps")
    }
    for channel in 0..<range.count {
      classes.tie(node.inputs[0], range.lowerBound + channel, node.outputs[0], channel)
    }
  }

  mutating func followSplit(_ node: Node) {
    guard let axis = axis(of: node, default: 0), axis > 0 else {
      return pinAll(node, "Split '\(node.name)' is along the batch")
    }
    var first = 0
    for output in node.outputs {
      let count = shapes[output]?[1] ?? 0
      for channel in 0..<count { classes.tie(node.inputs[0], first + channel, output, channel) }
      if axis == 1 { first += count }
    }
  }

  mutating func followGather(_ node: Node) {
    guard let shape = shapes[node.inputs[0]], shape.rank >= 2,
      let array = graph.initializers[node.inputs[1]], array.shape.rank == 1,
      let indices = array.integers, let axis = shape.axis(node.axisAttribute ?? 0), axis > 0
    else { return pinAll(node, "Gather '\(node.name)' is not followed") }
    guard axis == 1 else { return classes.tie(node.inputs[0], node.outputs[0]) }
    for (channel, index) in indices.enumerated() {
      let source = index < 0 ? index + shape[1] : index
      classes.tie(node.inputs[0], source, node.outputs[0], channel)
    }
  }

  mutating func followTranspose(_ node: Node) {
    guard case .ints(let order)? = node.attributes["perm"], order.prefix(2) == [0, 1] else {
      return pinAll(node, "Transpose '\(node.name)' moves the channels to another axis")
    }
    classes.tie(node.inputs[0], node.outputs[0])
  }

  mutating func follow(_ shuffle: ChannelShuffle) {
    for (channel, source) in shuffle.sources.enumerated() {
      classes.tie(shuffle.input, source, shuffle.output, channel)
    }
  }

  /// N×C×… → N×(C·…): each feature belongs to the channel it came from.
  ///
  /// Any other reshaping pins.
  mutating func followFlatten(_ node: Node) {
    guard let before = shapes[node.inputs[0]], let after = shapes[node.outputs[0]],
      before.rank >= 2, after.rank >= 2, before[0] == after[0], before[1] > 0,
      after[1] == before[1] || (after.rank == 2 && after[1] % before[1] == 0)
    else { return pinAll(node, "\(node.operatorType) '\(node.name)' mixes axes") }
    if node.operatorType == "Squeeze", node.inputs.count < 2 || node.inputs[1].isEmpty {
      // Of channels cut down to one it would take the axis away.
      return pinAll(node, "Squeeze '\(node.name)' does not say which axes go")
    }
    let area = after[1] / before[1]
    for feature in 0..<after[1] {
      classes.tie(node.inputs[0], feature / area, node.outputs[0], feature)
    }
  }
}

extension Graph {
  /// The channels that a Slice takes, nil when they are not a range.
  func channelRange(of node: Node, before: Shape, after: Shape) -> Range<Int>? {
    func list(_ position: Int) -> [Int]? {
      node.inputs.count > position ? initializers[node.inputs[position]]?.integers : nil
    }
    guard let starts = list(1) else { return nil }
    let axes = list(3) ?? Array(starts.indices)
    guard let position = axes.firstIndex(where: { before.axis($0) == 1 }) else {
      return 0..<before[1]
    }
    guard list(4)?[position] ?? 1 == 1 else { return nil }
    let start = starts[position] < 0 ? starts[position] + before[1] : starts[position]
    let first = max(0, min(start, before[1]))
    return first..<(first + after[1])
  }
}

extension Node {
  /// The attribute `axis`.
  var axisAttribute: Int? {
    if case .int(let axis)? = attributes["axis"] { axis } else { nil }
  }

  /// The attribute `group` of a convolution.
  var groupCount: Int {
    if case .int(let groups)? = attributes["group"] { groups } else { 1 }
  }
}
