import Networks
import Tensors

/// Cuts a graph node by node; `Slicer+Movement` holds the operators that put channels elsewhere,
/// `Slicer+Constants` the cut of a constant.
struct Slicer {
  let original: Graph
  let dependencies: ChannelDependencies
  var graph: Graph
  private let removed: Set<Int>
  /// The shuffles by the index of their last node.
  private let shuffles: [Int: ChannelShuffle]

  init(original: Graph, removed: Set<Int>, dependencies: ChannelDependencies) {
    self.original = original
    self.removed = removed
    self.dependencies = dependencies
    graph = original
    shuffles = Dictionary(uniqueKeysWithValues: dependencies.shuffles.map { ($0.nodes[2], $0) })
  }

  /// The channels of a value that remain, nil when all do.
  func kept(_ value: String) -> [Int]? {
    let kept = remaining(value)
    return kept.count == dependencies.classes(of: value).count ? nil : kept
  }

  /// The channels of a value that remain.
  func remaining(_ value: String) -> [Int] {
    let classes = dependencies.classes(of: value)
    return classes.indices.filter { !removed.contains(classes[$0]) }
  }

  mutating func slice(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    if let shuffle = shuffles[index] { return slice(shuffle) }
    switch node.operatorType {
    case "Conv": try sliceConvolution(index)
    case "Gemm", "MatMul": try sliceProduct(index)
    case "BatchNormalization":
      if let kept = kept(node.inputs[0]) {
        for position in 1..<node.inputs.count { try cut(index, position, axis: 0, kept) }
      }
    case "Add", "Sub", "Mul", "Div": try sliceArithmetic(index)
    case "Pad": slicePad(index)
    case "Slice": sliceSlice(index)
    case "Split": sliceSplit(index)
    case "Gather": sliceGather(index)
    case "Reshape": sliceReshape(index)
    default: break
    }
  }

  private mutating func sliceConvolution(_ index: Int) throws(CompressionError) {
    let node = original.nodes[index]
    if let kept = kept(node.outputs[0]) {
      try cut(index, 1, axis: 0, kept)
      if node.inputs.count > 2 { try cut(index, 2, axis: 0, kept) }
    }
    guard let kept = kept(node.inputs[0]) else { return }
    guard node.hasChannelWeights(in: original) else {
      graph.nodes[index].attributes["group"] = .int(kept.count)
      return
    }
    // All groups keep the positions that the first one keeps.
    let width = dependencies.classes(of: node.inputs[0]).count / node.groupCount
    try cut(index, 1, axis: 1, kept.filter { $0 < width })
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
      guard let constant = original.initializers[name]?.shape,
        node.carriesChannels(constant, dependencies.shapes)
      else { continue }
      try cut(index, position, axis: 1 - (output.rank - constant.rank), kept)
    }
  }
}
