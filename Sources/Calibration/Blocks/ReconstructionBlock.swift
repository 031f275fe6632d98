import Compression
import Networks

/// A part of a network between two values that alone connect it with the rest.
struct ReconstructionBlock: Hashable {
  /// The name of its first layer.
  let name: String
  /// The only value that it reads.
  let input: String
  /// The only value of it that others read.
  let output: String
}

extension Graph {
  /// Each layer that a quantised network rounds as a block of its own: from what it reads, quantised, to what
  /// it writes, before its activation function.
  func layerBlocks(_ layers: [SoftlyRoundedNetwork.Layer]) -> [ReconstructionBlock] {
    let nodes = Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first }
    return layers.compactMap { layer in
      nodes[layer.name].map {
        ReconstructionBlock(
          name: layer.name, input: $0.inputs[1 - weightPosition(of: $0)], output: $0.outputs[0])
      }
    }
  }

  /// The position among a quantised layer's inputs of its weights: 0 for a MatMul with these on its left.
  private func weightPosition(of node: Node) -> Int {
    let isLeft =
      node.operatorType == "MatMul"
      && nodes.contains {
        $0.isFakeQuantize && $0.outputs.contains(node.inputs[0])
          && initializers[$0.inputs[0]] != nil
      }
    return isLeft ? 0 : 1
  }

  /// The blocks of a network, found from where paths meet: after the stem, after every residual join, and in
  /// chains after every layer.
  ///
  /// A value cuts the network where no other value leads from what stands before it to what stands behind.
  /// A block reaches from one cut to the next that has a layer before it, with the activation functions
  /// behind it. What follows the last cut is a block where it holds layers and writes one output.
  ///
  /// Source: Li et al. 2021, "BRECQ", section 3.2, which names the blocks of each architecture by hand.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  func residualBlocks() throws(GraphError) -> [ReconstructionBlock] {
    let layers = Set(try quantizableLayers().map(\.name))
    let cuts = cutValues()
    var blocks: [ReconstructionBlock] = []
    var (start, first) = (inputs.first?.name, String?.none)
    for (position, node) in nodes.enumerated() {
      if first == nil, layers.contains(node.name) { first = node.name }
      guard cuts.contains(position), let input = start else { continue }
      let output = node.outputs[0]
      if let name = first {
        blocks.append(ReconstructionBlock(name: name, input: input, output: output))
        (start, first) = (output, nil)
      } else if let last = blocks.last, last.output == input,
        Self.activations.contains(node.operatorType)
      {
        blocks[blocks.count - 1] = ReconstructionBlock(
          name: last.name, input: last.input, output: output)
        start = output
      }
    }
    return blocks
  }

  private static let activations: Set<String> = [
    "Clip", "HardSigmoid", "HardSwish", "LeakyRelu", "Relu", "Sigmoid", "Tanh",
  ]

  /// The positions of the nodes behind which their first output is the only value that is still read.
  private func cutValues() -> Set<Int> {
    var lastReader: [String: Int] = [:]
    for (position, node) in nodes.enumerated() {
      for name in node.inputs where initializers[name] == nil { lastReader[name] = position }
    }
    for output in outputs { lastReader[output.name] = nodes.count }
    var live = Set(inputs.map(\.name).filter { lastReader[$0] != nil })
    var cuts: Set<Int> = []
    for (position, node) in nodes.enumerated() {
      live.formUnion(node.outputs.filter { lastReader[$0] != nil })
      for name in node.inputs where lastReader[name] == position { live.remove(name) }
      if live.count == 1, let only = live.first, only == node.outputs.first {
        cuts.insert(position)
      }
    }
    return cuts
  }

  /// The part from one value to another as a graph of its own.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  func part(_ block: ReconstructionBlock) throws(GraphError) -> Graph {
    let shape = try shapes(batch: 1)[block.input] ?? []
    var needed: Set = [block.output]
    var kept: [Node] = []
    for node in nodes.reversed()
    where node.outputs.contains(where: { needed.contains($0) && $0 != block.input }) {
      needed.formUnion(node.inputs.filter { !$0.isEmpty })
      kept.append(node)
    }
    return Graph(
      name: block.name,
      inputs: [
        Graph.Value(
          name: block.input, extents: [.batch] + shape.extents.dropFirst().map { .fixed($0) })
      ],
      outputs: [Graph.Value(name: block.output, extents: nil)], nodes: kept.reversed(),
      initializers: initializers.filter { needed.contains($0.key) })
  }
}
