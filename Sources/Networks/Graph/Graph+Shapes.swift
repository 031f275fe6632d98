public import Tensors

extension Graph {
  /// The shape of every value, in a graph whose constants are folded.
  ///
  /// - Parameter batch: the extent that `Extent.batch` stands for.
  /// - Throws: `GraphError` of the first node that cannot be made or whose inputs do not fit.
  public func shapes(batch: Int) throws(GraphError) -> [String: Shape] {
    var shapes = try knownShapes(batch: batch)
    for node in nodes {
      let maker = try OperatorRegistry.makeOperator(NodeReader(node, in: self))
      let outputs = try maker.outputShapes(of: try inputShapes(of: node, shapes))
      for (name, shape) in zip(node.outputs, outputs) where !name.isEmpty { shapes[name] = shape }
    }
    return shapes
  }

  /// The multiply-accumulates of each node for a batch of one; 0 for all but products.
  ///
  /// - Throws: `GraphError`, as `shapes(batch:)`.
  public func multiplyAccumulates() throws(GraphError) -> [(node: String, macs: Int)] {
    let shapes = try shapes(batch: 1)
    var counts: [(node: String, macs: Int)] = []
    for node in nodes {
      let inputs = try inputShapes(of: node, shapes)
      let maker = try OperatorRegistry.makeOperator(NodeReader(node, in: self))
      let outputs = try maker.outputShapes(of: inputs)
      counts.append((node.name, maker.multiplyAccumulates(inputs: inputs, outputs: outputs)))
    }
    return counts
  }

  /// The shapes of the inputs and initializers.
  ///
  /// - Throws: `GraphError.input` for an input of unknown or absurd extents.
  func knownShapes(batch: Int) throws(GraphError) -> [String: Shape] {
    var shapes = initializers.mapValues(\.shape)
    for input in inputs { shapes[input.name] = try input.shape(batch: batch) }
    return shapes
  }

  /// The shapes of a node's inputs, nil where one is left out.
  ///
  /// - Throws: `GraphError.unknownValue` for an input whose shape is not known.
  func inputShapes(
    of node: Node, _ shapes: [String: Shape]
  ) throws(GraphError) -> [Shape?] {
    var found: [Shape?] = []
    for input in node.inputs {
      guard input.isEmpty || shapes[input] != nil else {
        throw .unknownValue(node: node.name, value: input)
      }
      found.append(input.isEmpty ? nil : shapes[input])
    }
    return found
  }
}

extension Graph.Value {
  /// The shape for a batch.
  ///
  /// - Throws: `GraphError.input` when the extents are unknown, negative or absurdly large.
  public func shape(batch: Int) throws(GraphError) -> Shape {
    guard let extents else {
      throw .input(name: name, expected: "known extents", found: "none")
    }
    let numbers = extents.map { extent in
      switch extent {
      case .fixed(let number): number
      case .batch: batch
      }
    }
    guard Shape.isSensible(numbers) else {
      throw .input(
        name: name, expected: "non-negative extents and at most 2^40 elements",
        found: "\(numbers)")
    }
    return Shape(numbers)
  }
}
