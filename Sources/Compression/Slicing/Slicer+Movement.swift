import Networks
import Tensors

// Attributes and shape-like constants that speak of channels.

extension Slicer {
  /// New channels stay at the two ends, as many on each side as are kept there.
  mutating func slicePad(_ index: Int) {
    let node = original.nodes[index]
    guard let kept = kept(node.outputs[0]), let shape = dependencies.shapes[node.inputs[0]],
      var pads = original.initializers[node.inputs[1]]?.integers
    else { return }
    let first = pads[1]
    let end = first + shape[1]
    pads[1] = kept.count { $0 < first }
    pads[1 + shape.rank] = kept.count { $0 >= end }
    replace(index, 1, with: TypedArray(pads))
  }

  /// A range of channels begins behind what is kept before it.
  mutating func sliceSlice(_ index: Int) {
    let node = original.nodes[index]
    guard let kept = kept(node.inputs[0]), let before = dependencies.shapes[node.inputs[0]],
      let after = dependencies.shapes[node.outputs[0]],
      let range = original.channelRange(of: node, before: before, after: after),
      var starts = original.initializers[node.inputs[1]]?.integers,
      var ends = original.initializers[node.inputs[2]]?.integers
    else { return }
    let axes =
      (node.inputs.count > 3 ? original.initializers[node.inputs[3]]?.integers : nil)
      ?? Array(ends.indices)
    guard let position = axes.firstIndex(where: { before.axis($0) == 1 }) else { return }
    starts[position] = kept.count { $0 < range.lowerBound }
    ends[position] = kept.count { $0 < range.upperBound }
    replace(index, 1, with: TypedArray(starts))
    replace(index, 2, with: TypedArray(ends))
  }

  /// Parts that were equal by themselves get sizes of their own.
  mutating func sliceSplit(_ index: Int) {
    let node = original.nodes[index]
    let rank = dependencies.shapes[node.inputs[0]]?.rank ?? 0
    let axis = node.axisAttribute ?? 0
    guard kept(node.inputs[0]) != nil, axis == 1 || axis == 1 - rank else { return }
    let sizes = TypedArray(node.outputs.map { remaining($0).count })
    graph.nodes[index].attributes["num_outputs"] = nil
    if node.inputs.count > 1, !node.inputs[1].isEmpty {
      replace(index, 1, with: sizes)
    } else {
      let name = unusedName("\(node.name).split")
      graph.nodes[index].inputs = [node.inputs[0], name]
      graph.initializers[name] = sizes
    }
  }

  mutating func sliceGather(_ index: Int) {
    let node = original.nodes[index]
    guard let shape = dependencies.shapes[node.inputs[0]], kept(node.inputs[0]) != nil,
      shape.axis(node.axisAttribute ?? 0) == 1,
      let indices = original.initializers[node.inputs[1]]?.integers
    else { return }
    let places = Dictionary(
      uniqueKeysWithValues: remaining(node.inputs[0]).enumerated().map { ($1, $0) })
    let sources = remaining(node.outputs[0]).compactMap { channel in
      places[indices[channel] < 0 ? indices[channel] + shape[1] : indices[channel]]
    }
    replace(index, 1, with: TypedArray(sources))
  }

  mutating func sliceReshape(_ index: Int) {
    if let kept = kept(original.nodes[index].outputs[0]) {
      setReshape(index, extents: [kept.count])
    }
  }

  /// A shuffle remains one where what is kept fills a block of the folded axes; any other order is
  /// written down index by index.
  mutating func slice(_ shuffle: ChannelShuffle) {
    guard let inputs = kept(shuffle.input) else { return }
    let last = shuffle.nodes[2]
    if let extents = shuffle.folding(inputs) {
      setReshape(shuffle.nodes[0], extents: extents)
      setReshape(last, extents: [inputs.count])
    } else {
      let indices = shuffle.indices(
        keepingInputs: inputs, outputs: remaining(shuffle.output))
      replace(last, 1, with: TypedArray(indices))
      graph.nodes[last].operatorType = "Gather"
      graph.nodes[last].inputs[0] = shuffle.input
      graph.nodes[last].attributes = ["axis": .int(1)]
    }
  }

  /// Writes extents into a Reshape's target from axis 1 on; one that is inferred stays so.
  private mutating func setReshape(_ index: Int, extents: [Int]) {
    let node = original.nodes[index]
    guard var target = original.initializers[node.inputs[1]]?.integers,
      target.count > extents.count
    else { return }
    for (axis, extent) in extents.enumerated() where target[1 + axis] != -1 {
      target[1 + axis] = extent
    }
    replace(index, 1, with: TypedArray(target))
  }
}
