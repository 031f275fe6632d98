import Tensors

extension Node {
  /// A node of our own operator `FakeQuantize`, which brings a value to the levels of a quantiser.
  ///
  /// - Parameters:
  ///   - name: the node's name.
  ///   - value: what is quantised: a computed value, or an initializer for weights.
  ///   - scale: an initializer of one number, or of one for each index of `axis`.
  ///   - axis: the axis of the channels, where each has a scale of its own.
  ///   - output: what the node writes.
  public static func fakeQuantize(
    name: String, value: String, scale: String, levels: QuantizationLevels, axis: Int = 0,
    output: String
  ) -> Node {
    Node(
      name: name, operatorType: FakeQuantize.type, inputs: [value, scale], outputs: [output],
      attributes: [
        "bits": .int(levels.bits), "signed": .int(levels.isSigned ? 1 : 0), "axis": .int(axis),
      ])
  }

  /// Whether the node is a `FakeQuantize`.
  public var isFakeQuantize: Bool { operatorType == FakeQuantize.type }
}

extension Graph {
  /// The levels of a `FakeQuantize` node and its scales; nil for other nodes.
  ///
  /// - Throws: `GraphError` that names the node when its attributes or scales make no sense.
  public func quantizer(
    of node: Node
  ) throws(GraphError) -> (levels: QuantizationLevels, scales: [Float])? {
    guard node.isFakeQuantize else { return nil }
    let made = try FakeQuantize(NodeReader(node, in: self))
    let scales = node.inputs.count > 1 ? initializers[node.inputs[1]]?.tensor?.scalars : nil
    return (made.levels, scales ?? [])
  }

  /// The graph with the results of `FakeQuantize` on initializers as initializers, but for values in
  /// `keeping`.
  ///
  /// - Throws: `GraphError` that names a node which cannot be made.
  public func bakingQuantizedWeights(
    keeping kept: Set<String> = []
  ) throws(GraphError) -> Graph {
    var graph = self
    graph.nodes = []
    for node in nodes {
      guard node.isFakeQuantize, !kept.contains(node.outputs[0]),
        let constant = initializers[node.inputs[0]]?.tensor
      else {
        graph.nodes.append(node)
        continue
      }
      let quantizer = try FakeQuantize(NodeReader(node, in: self))
      _ = try quantizer.outputShapes(of: [constant.shape])
      graph.initializers[node.outputs[0]] = TypedArray(quantizer.values(of: constant))
    }
    return graph
  }
}
