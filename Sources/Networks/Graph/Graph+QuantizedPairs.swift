import Tensors

// What files say as QuantizeLinear and DequantizeLinear, as the one operator that it is.

extension Graph {
  /// The same function of graphs in inference with QuantizeLinear → DequantizeLinear as `FakeQuantize`.
  ///
  /// Where scale and type are the same, the zero point is 0 and nobody else reads what lies between; a Clip
  /// before them to the range of fewer bits becomes those bits. Values named in `kept` stay.
  ///
  /// - Throws: `GraphError` when a node cannot be read.
  func joiningQuantizedPairs(keeping kept: Set<String>) throws(GraphError) -> Graph {
    guard nodes.contains(where: { $0.operatorType == QuantizeLinear.type }) else { return self }
    let (readers, writers) = (consumers, producers)
    func soleReader(_ value: String) -> Int? {
      guard !kept.contains(value), let found = readers[value], found.count == 1 else { return nil }
      return found[0]
    }
    var replaced: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.operatorType == QuantizeLinear.type {
      guard let next = soleReader(node.outputs[0]), let pair = try levels(of: node, nodes[next])
      else { continue }
      var (levels, value) = (pair.levels, node.inputs[0])
      if let clip = writers[value], soleReader(value) == index,
        let narrow = try self.levels(of: nodes[clip], scale: pair.scale, levels)
      {
        (levels, value) = (narrow, nodes[clip].inputs[0])
        dropped.insert(clip)
      }
      dropped.insert(index)
      replaced[next] = .fakeQuantize(
        name: nodes[next].name, value: value, scale: node.inputs[1], levels: levels,
        output: nodes[next].outputs[0])
    }
    var graph = self
    graph.nodes = nodes.enumerated().filter { !dropped.contains($0.offset) }.map {
      replaced[$0.offset] ?? $0.element
    }
    return graph
  }

  /// The levels of a pair of one positive scale and zero points of 0; nil for other nodes.
  private func levels(
    of quantize: Node, _ dequantize: Node
  ) throws(GraphError) -> (levels: QuantizationLevels, scale: Float)? {
    guard dequantize.operatorType == DequantizeLinear.type else { return nil }
    let (one, other) = (
      try IntegerType(NodeReader(quantize, in: self)),
      try IntegerType(NodeReader(dequantize, in: self))
    )
    let scales = [quantize, dequantize].map { initializers[$0.inputs[1]]?.tensor?.scalars ?? [] }
    guard one.type == other.type, one.type != .int32, one.isSymmetric, other.isSymmetric,
      scales[0].count == 1, scales[0] == scales[1], scales[0][0] > 0,
      let levels = QuantizationLevels(
        bits: one.type.isPacked ? 4 : 8, isSigned: one.type == .int8 || one.type == .int4)
    else { return nil }
    return (levels, scales[0][0])
  }

  /// The levels whose range a Clip lets through; nil where it is another range or node.
  private func levels(
    of clip: Node, scale: Float, _ whole: QuantizationLevels
  ) throws(GraphError) -> QuantizationLevels? {
    guard clip.operatorType == Clip.type else { return nil }
    let bounds = try Clip(NodeReader(clip, in: self))
    return ((whole.isSigned ? 2 : 1)..<whole.bits).lazy.compactMap {
      QuantizationLevels(bits: $0, isSigned: whole.isSigned)
    }.first {
      Float($0.lowest) * scale == bounds.lower && Float($0.highest) * scale == bounds.upper
    }
  }
}
