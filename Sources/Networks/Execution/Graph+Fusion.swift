import Tensors

// Rewrites before execution: what can be computed in one pass over a value is written into the node
// that makes the value. The results run only here; they are never exported.

extension Graph {
  /// The same function with fewer passes over memory.
  ///
  /// In inference Conv → BatchNormalization becomes a Conv with other weights and a bias, and Conv →
  /// Add one with a fourth input; otherwise BatchNormalization → Add becomes one with a sixth input. In
  /// any mode a Relu or Clip after a BatchNormalization or a Gemm, in inference also after a Conv,
  /// becomes its attributes `fused_lower` and `fused_upper`. In inference weights behind a FakeQuantize are
  /// quantised once, and a FakeQuantize of one scale that alone reads what a Conv writes becomes its
  /// attribute `fused_grid`. Values named in `keeping` stay computable.
  ///
  /// - Throws: `GraphError` when a node cannot be read.
  public func fused(
    for mode: ExecutionMode, keeping kept: Set<String>
  ) throws(GraphError) -> Graph {
    let isInference = mode == .inference
    var fusion = Fusion(
      isInference
        ? try joiningQuantizedPairs(keeping: kept).bakingQuantizedWeights(keeping: kept) : self,
      keeping: kept)
    if isInference {
      try fusion.foldBatchNormalization()
      try fusion.fuseAdditions(after: "Conv", position: 3)
      try fusion.fuseClamps(after: "Conv")
      try fusion.fuseQuantizers()
    } else {
      try fusion.fuseAdditions(after: "BatchNormalization", position: 5)
    }
    try fusion.fuseClamps(after: "BatchNormalization")
    try fusion.fuseClamps(after: "Gemm")
    return fusion.graph
  }

  /// The same function of graphs in inference with every BatchNormalization that alone reads what a Conv
  /// writes folded into its weights and bias.
  ///
  /// - Throws: `GraphError` when a node cannot be read.
  public func foldingBatchNormalization() throws(GraphError) -> Graph {
    var fusion = Fusion(self, keeping: Set(outputs.map(\.name)))
    try fusion.foldBatchNormalization()
    return fusion.graph
  }
}

private struct Fusion {
  var graph: Graph
  let kept: Set<String>
  private let elementCounts: [String: Shape]

  init(_ graph: Graph, keeping kept: Set<String>) {
    self.graph = graph
    self.kept = kept
    // Shapes decide whether an Add broadcasts; without them additions stay as they are.
    elementCounts = (try? graph.shapes(batch: 1)) ?? [:]
  }

  /// The only node that reads a value which is not kept, with its position.
  private func soleReader(of value: String, _ readers: [String: [Int]]) -> Int? {
    guard !kept.contains(value), let indices = readers[value], indices.count == 1 else {
      return nil
    }
    return indices[0]
  }

  private func readers() -> [String: [Int]] {
    var readers: [String: [Int]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in node.inputs where !name.isEmpty { readers[name, default: []].append(index) }
    }
    return readers
  }

  private mutating func drop(_ indices: Set<Int>) {
    graph.nodes = graph.nodes.enumerated().filter { !indices.contains($0.offset) }.map(\.element)
  }

  // MARK: - BatchNormalization

  /// W ← W·s, b ← (b − μ)·s + β with s = γ/√(σ² + ε), per output channel.
  mutating func foldBatchNormalization() throws(GraphError) {
    let readers = readers()
    var dropped: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where node.operatorType == "Conv" {
      guard let next = soleReader(of: node.outputs[0], readers) else { continue }
      let normalization = graph.nodes[next]
      guard normalization.operatorType == "BatchNormalization", !normalization.isTrainingMode,
        let affine = BatchNormalizationAffine(normalization, in: graph),
        let folded = affine.folded(into: node, of: graph)
      else { continue }
      let prefix = node.name + "#folded"
      graph.initializers[prefix + ".weight"] = TypedArray(folded.weight)
      graph.initializers[prefix + ".bias"] = TypedArray(folded.bias)
      graph.nodes[index].inputs = [node.inputs[0], prefix + ".weight", prefix + ".bias"]
      graph.nodes[index].outputs = [normalization.outputs[0]]
      dropped.insert(next)
    }
    drop(dropped)
  }

  // MARK: - Add

  /// The other summand becomes the input at a position, behind all that the operator has.
  mutating func fuseAdditions(after type: String, position: Int) throws(GraphError) {
    let readers = readers()
    var dropped: Set<Int> = []
    // From the last node back, so that of two that meet in an Add the later one takes it and
    // the earlier one's result is there by then.
    for index in graph.nodes.indices.reversed() where graph.nodes[index].operatorType == type {
      let node = graph.nodes[index]
      guard node.inputs.count <= position,
        let next = soleReader(of: node.outputs[0], readers)
      else { continue }
      let add = graph.nodes[next]
      guard add.operatorType == "Add", !dropped.contains(next),
        let residual = add.inputs.first(where: { $0 != node.outputs[0] }),
        elementCounts[residual]?.rank == 4,
        elementCounts[residual] == elementCounts[node.outputs[0]],
        isAvailable(residual, before: index)
      else { continue }
      let missing = [String](repeating: "", count: position - node.inputs.count)
      graph.nodes[index].inputs = node.inputs + missing + [residual]
      graph.nodes[index].outputs[0] = add.outputs[0]
      dropped.insert(next)
    }
    drop(dropped)
  }

  private func isAvailable(_ value: String, before index: Int) -> Bool {
    if graph.inputs.contains(where: { $0.name == value }) { return true }
    return graph.nodes[..<index].contains { $0.outputs.contains(value) }
  }

  // MARK: - Relu and Clip

  mutating func fuseClamps(after type: String) throws(GraphError) {
    let readers = readers()
    var dropped: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where node.operatorType == type {
      guard let next = soleReader(of: node.outputs[0], readers) else { continue }
      let clamp = graph.nodes[next]
      guard let bounds = try bounds(of: clamp) else { continue }
      graph.nodes[index].attributes["fused_lower"] = .float(bounds.lower)
      graph.nodes[index].attributes["fused_upper"] = .float(bounds.upper)
      graph.nodes[index].outputs[0] = clamp.outputs[0]
      dropped.insert(next)
    }
    drop(dropped)
  }

  // MARK: - FakeQuantize

  mutating func fuseQuantizers() throws(GraphError) {
    let readers = readers()
    var dropped: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where node.operatorType == "Conv" {
      guard let next = soleReader(of: node.outputs[0], readers), graph.nodes[next].isFakeQuantize,
        let grid = try FakeQuantize(NodeReader(graph.nodes[next], in: graph)).soleGrid
      else { continue }
      graph.nodes[index].attributes["fused_grid"] = grid.attribute
      graph.nodes[index].outputs[0] = graph.nodes[next].outputs[0]
      dropped.insert(next)
    }
    drop(dropped)
  }

  private func bounds(of node: Node) throws(GraphError) -> (lower: Float, upper: Float)? {
    if node.operatorType == "Relu" { return (0, .infinity) }
    guard node.operatorType == "Clip" else { return nil }
    let reader = NodeReader(node, in: graph)
    let lower = try reader.scalar(1, named: "min") ?? -.infinity
    let upper = try reader.scalar(2, named: "max") ?? .infinity
    return lower <= upper ? (lower, upper) : nil
  }
}
