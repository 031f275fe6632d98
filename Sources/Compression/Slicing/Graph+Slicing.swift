public import Networks
import Tensors

// Cutting channels out of a network: a function from graph to graph. The weights that remain are the
// ones that were there; reconstruction is another function.

extension Graph {
  /// The network without some channel classes.
  ///
  /// Every constant along the cut channels is cut: weights on both sides, biases, statistics, constant
  /// operands; attributes and shape-like constants that speak of channels follow. The result runs
  /// anywhere the original runs, with fewer multiply-accumulates.
  ///
  /// - Parameters:
  ///   - removed: the classes to remove; they must belong to groups without an obstacle.
  ///   - dependencies: the analysis of this very graph.
  /// - Throws: `CompressionError.cannotSlice` when a constant does not follow, and for classes of a
  ///   group with an obstacle or all classes of one.
  public func sliced(
    removing removed: Set<Int>, dependencies: ChannelDependencies
  ) throws(CompressionError) -> Graph {
    guard !removed.isEmpty else { return self }
    for group in dependencies.groups { try check(group, without: removed) }
    var slicer = Slicer(original: self, removed: removed, dependencies: dependencies)
    for index in nodes.indices { try slicer.slice(index) }
    return slicer.graph.removingUnused()
  }

  private func check(
    _ group: ChannelGroup, without removed: Set<Int>
  ) throws(CompressionError) {
    let left = group.classes.count { !removed.contains($0) }
    guard left < group.width, left == 0 || group.obstacle != nil else { return }
    throw .cannotSlice(
      node: group.name, type: nodes.first { $0.name == group.name }?.operatorType ?? "value",
      reason: group.obstacle ?? "none of its \(group.width) channels would be left")
  }
}

private struct Slicer {
  let original: Graph
  let removed: Set<Int>
  let dependencies: ChannelDependencies
  var graph: Graph

  init(original: Graph, removed: Set<Int>, dependencies: ChannelDependencies) {
    self.original = original
    self.removed = removed
    self.dependencies = dependencies
    graph = original
  }

  /// The channels of a value that remain, nil when all do.
  private func kept(_ value: String) -> [Int]? {
    let classes = dependencies.classes(of: value)
    let kept = classes.indices.filter { !removed.contains(classes[$0]) }
    return kept.count == classes.count ? nil : kept
  }

  mutating func slice(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    switch node.operatorType {
    case "Conv": try sliceConvolution(index)
    case "Gemm", "MatMul": try sliceProduct(index)
    case "BatchNormalization":
      if let kept = kept(node.inputs[0]) {
        for position in 1..<node.inputs.count { try cut(index, position, axis: 0, kept) }
      }
    case "Add", "Sub", "Mul", "Div": try sliceArithmetic(index)
    case "Pad": try slicePad(index)
    case "Slice": try sliceSlice(index)
    case "Reshape": try sliceReshape(index)
    default: break
    }
  }

  // MARK: - One operator each

  private mutating func sliceConvolution(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    if let kept = kept(node.outputs[0]) {
      try cut(index, 1, axis: 0, kept)
      if node.inputs.count > 2 { try cut(index, 2, axis: 0, kept) }
      if !node.hasChannelWeights(in: original) {
        graph.nodes[index].attributes["group"] = .int(kept.count)
        return
      }
    }
    guard node.hasChannelWeights(in: original), let kept = kept(node.inputs[0]) else { return }
    try cut(index, 1, axis: 1, kept)
  }

  private mutating func sliceProduct(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    let transposed = node.attributes["transB"].map { $0 != .int(0) } ?? false
    if let kept = kept(node.inputs[0]) { try cut(index, 1, axis: transposed ? 1 : 0, kept) }
    guard let kept = kept(node.outputs[0]) else { return }
    try cut(index, 1, axis: transposed ? 0 : 1, kept)
    guard node.inputs.count > 2, let bias = original.initializers[node.inputs[2]] else { return }
    if bias.shape.rank > 0, bias.shape[bias.shape.rank - 1] > 1 {
      try cut(index, 2, axis: bias.shape.rank - 1, kept)
    }
  }

  private mutating func sliceArithmetic(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    guard let kept = kept(node.outputs[0]), let output = dependencies.shapes[node.outputs[0]] else {
      return
    }
    for (position, name) in node.inputs.enumerated() {
      guard let constant = original.initializers[name] else { continue }
      let axis = 1 - (output.rank - constant.shape.rank)
      if axis >= 0, axis < constant.shape.rank, constant.shape[axis] == output[1] {
        try cut(index, position, axis: axis, kept)
      }
    }
  }

  /// New channels stay at the two ends, as many on each side as are kept there.
  private mutating func slicePad(_ index: Int) throws(CompressionError) {
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

  /// A Slice that takes all channels may say so with their number.
  private mutating func sliceSlice(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    guard kept(node.outputs[0]) != nil, node.inputs.count > 2,
      var ends = original.initializers[node.inputs[2]]?.integers
    else { return }
    let axes =
      (node.inputs.count > 3 ? original.initializers[node.inputs[3]]?.integers : nil)
      ?? Array(ends.indices)
    let rank = dependencies.shapes[node.inputs[0]]?.rank ?? 0
    guard let position = axes.firstIndex(where: { $0 == 1 || $0 == 1 - rank }) else { return }
    ends[position] = Int(Int32.max)
    replace(index, 2, with: TypedArray(ends))
  }

  private mutating func sliceReshape(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    guard let kept = kept(node.outputs[0]),
      var target = original.initializers[node.inputs[1]]?.integers, target.count > 1
    else { return }
    if target[1] > 0 {
      target[1] = kept.count
      replace(index, 1, with: TypedArray(target))
    }
  }

  // MARK: - Constants

  /// Keeps some positions of one axis of a node's constant.
  private mutating func cut(
    _ index: Int, _ position: Int, axis: Int, _ kept: [Int]
  ) throws(CompressionError) {
    let node = graph.nodes[index]
    guard position < node.inputs.count, !node.inputs[position].isEmpty else { return }
    guard let array = graph.initializers[node.inputs[position]]?.tensor else {
      throw .cannotSlice(
        node: node.name, type: node.operatorType,
        reason: "input '\(node.inputs[position])' is not a constant of floats")
    }
    guard axis < array.shape.rank, (kept.last ?? -1) < array.shape[axis] else {
      throw .cannotSlice(
        node: node.name, type: node.operatorType,
        reason: "'\(node.inputs[position])' has shape \(array.shape)")
    }
    replace(index, position, with: TypedArray(array.keeping(kept, axis: axis)))
  }

  /// Gives a node a constant of its own, so that others who share the old one keep it.
  private mutating func replace(_ index: Int, _ position: Int, with array: TypedArray) {
    let name = graph.nodes[index].inputs[position]
    let isShared = graph.nodes.indices.contains { other in
      graph.nodes[other].inputs.indices.contains { place in
        graph.nodes[other].inputs[place] == name && (other, place) != (index, position)
      }
    }
    let target = isShared ? "\(name)#\(graph.nodes[index].name)#\(position)" : name
    graph.nodes[index].inputs[position] = target
    graph.initializers[target] = array
  }
}

extension Tensor {
  /// Some positions of one axis, in the order given.
  func keeping(_ kept: [Int], axis: Int) -> Tensor {
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    let outer = shape.extents[..<axis].reduce(1, *)
    let extent = shape[axis]
    var result: [Float] = []
    result.reserveCapacity(outer * kept.count * inner)
    for block in 0..<outer {
      for position in kept {
        let start = (block * extent + position) * inner
        result.append(contentsOf: scalars[start..<(start + inner)])
      }
    }
    var extents = shape.extents
    extents[axis] = kept.count
    return Tensor(shape: Shape(extents)) { result[$0] }
  }
}
