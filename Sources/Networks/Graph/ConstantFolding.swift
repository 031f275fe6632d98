import Tensors

extension Graph {
  /// The graph with every value that is the same for all batches as an initializer.
  ///
  /// Shapes are inferred for two batches side by side, and the arithmetic that exporters do on them
  /// is computed in both: what comes out equal is constant. A `Reshape` target that differs is
  /// rewritten with 0 (the input's extent) or -1 (what is left), an `Expand` target with 1 where the
  /// input has the extent already. What no output needs is removed.
  ///
  /// - Throws: `GraphError.batchDependent` where another operator reads a value that differs,
  ///   `.unknownOperator` and the other errors of nodes that cannot be made or do not fit.
  public func foldingConstants() throws(GraphError) -> Graph {
    try validate()
    var folding = try ConstantFolding(removingUnused())
    for node in folding.source.nodes { try folding.visit(node) }
    return try folding.result()
  }
}

/// One pass over a graph that evaluates what can be.
private struct ConstantFolding {
  /// What is known of values for one batch.
  struct World {
    var shapes: [String: Shape]
    var constants: [String: TypedArray]

    func constants(of node: Node) -> [TypedArray?] { node.inputs.map { constants[$0] } }
  }

  /// Different multiples of 48, so that networks that divide the batch among frames or crops fit.
  static let batches = (240, 336)

  let source: Graph
  private var one: World
  private var other: World
  private var nodes: [Node] = []
  private var folded: [String: TypedArray]
  /// The constants that differ between the worlds, with the nodes that wrote them.
  private var varying: [String: Node] = [:]

  init(_ graph: Graph) throws(GraphError) {
    source = graph
    folded = graph.initializers
    one = World(
      shapes: try graph.knownShapes(batch: Self.batches.0), constants: graph.initializers)
    other = World(
      shapes: try graph.knownShapes(batch: Self.batches.1), constants: graph.initializers)
  }

  mutating func visit(_ node: Node) throws(GraphError) {
    let shapes = (
      try source.inputShapes(of: node, one.shapes), try source.inputShapes(of: node, other.shapes)
    )
    let reads = node.inputs.first { varying[$0] != nil }
    if let values = try ConstantOperators.evaluate(
      node, inputs: one.constants(of: node), inputShapes: shapes.0)
    {
      let differs = reads != nil || shapes.0 != shapes.1
      let others =
        differs
        ? try ConstantOperators.evaluate(
          node, inputs: other.constants(of: node), inputShapes: shapes.1) : values
      return record(values, others ?? values, of: node, mayDiffer: differs)
    }
    if let reads, !["Reshape", "Expand"].contains(node.operatorType) {
      throw .batchDependent(node: node.name, type: node.operatorType, input: reads)
    }
    carryAsFloats(node.inputs)
    let outputs = (
      try Self.outputShapes(node, one, shapes.0), try Self.outputShapes(node, other, shapes.1)
    )
    for (position, name) in node.outputs.enumerated() where !name.isEmpty {
      if position < outputs.0.count { one.shapes[name] = outputs.0[position] }
      if position < outputs.1.count { other.shapes[name] = outputs.1[position] }
    }
    nodes.append(
      reads == nil
        ? node : try rewritten(node, (shapes.0, outputs.0[0]), (shapes.1, outputs.1[0])))
  }

  private static func outputShapes(
    _ node: Node, _ world: World, _ inputs: [Shape?]
  ) throws(GraphError) -> [Shape] {
    let reader = NodeReader(node, constants: world.constants(of: node))
    return try OperatorRegistry.makeOperator(reader).outputShapes(of: inputs)
  }

  /// Makes 32-bit floats of constants of 64 bits that a computed node reads, as networks do.
  private mutating func carryAsFloats(_ names: [String]) {
    for name in names where folded[name]?.elementType == .float64 {
      guard let value = try? folded[name]?.cast(to: .float32) else { continue }
      folded[name] = value
      one.constants[name] = value
      other.constants[name] = value
    }
  }

  private mutating func record(
    _ values: [TypedArray], _ others: [TypedArray], of node: Node, mayDiffer: Bool
  ) {
    for (name, (value, its)) in zip(node.outputs, zip(values, others)) where !name.isEmpty {
      one.shapes[name] = value.shape
      other.shapes[name] = its.shape
      one.constants[name] = value
      other.constants[name] = its
      if mayDiffer, value != its {
        varying[name] = node
      } else {
        folded[name] = value
      }
    }
  }

  // MARK: - Targets that depend on the batch

  /// A node like this one, with a target shape that holds for every batch.
  private mutating func rewritten(
    _ node: Node, _ one: ([Shape?], Shape), _ other: ([Shape?], Shape)
  ) throws(GraphError) -> Node {
    let dependent = node.inputs.first { varying[$0] != nil } ?? ""
    let error = GraphError.batchDependent(
      node: node.name, type: node.operatorType, input: dependent)
    guard node.inputs.count == 2, varying[node.inputs[0]] == nil, let input = one.0[0],
      let its = other.0[0]
    else { throw error }
    let target: [Int]?
    switch node.operatorType {
    case "Reshape": target = Self.reshapeTarget((input, one.1), (its, other.1))
    case "Expand": target = Self.expandTarget((input, one.1), (its, other.1))
    default: target = nil
    }
    guard let target else { throw error }
    let name = unusedName(node.name + ".shape")
    folded[name] = TypedArray(target)
    var node = node
    node.inputs[1] = name
    node.attributes["allowzero"] = nil
    return node
  }

  /// The extents that are equal in both worlds, 0 where the input's extent stays, at most one -1.
  private static func reshapeTarget(
    _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> [Int]? {
    let target = one.output.extents.indices.map { axis -> Int in
      let extent = one.output[axis]
      let stays =
        axis < one.input.rank && axis < other.input.rank && one.input[axis] == extent
        && other.input[axis] == other.output[axis]
      if extent == other.output[axis], extent != 0 || !stays { return extent }
      return stays ? 0 : -1
    }
    // A 0 that is no copy would be read as one.
    let copies = target.indices.allSatisfy { axis in
      target[axis] != 0 || (axis < one.input.rank && one.input[axis] == one.output[axis])
    }
    return copies && target.filter { $0 == -1 }.count <= 1 ? target : nil
  }

  /// The extents that are equal in both worlds, 1 where the input's extent stays.
  private static func expandTarget(
    _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> [Int]? {
    var target: [Int] = []
    for axis in one.output.extents.indices {
      let own = axis - (one.output.rank - one.input.rank)
      if one.output[axis] == other.output[axis] {
        target.append(one.output[axis])
      } else if own >= 0, one.input[own] == one.output[axis], other.input[own] == other.output[axis]
      {
        target.append(1)
      } else {
        return nil
      }
    }
    return target
  }

  /// A name that no value has, like a wanted one.
  private func unusedName(_ wanted: String) -> String {
    var name = wanted
    var number = 2
    while one.shapes[name] != nil || folded[name] != nil
      || source.nodes.contains(where: { $0.outputs.contains(name) })
    {
      name = "\(wanted).\(number)"
      number += 1
    }
    return name
  }

  // MARK: - The end

  func result() throws(GraphError) -> Graph {
    for output in source.outputs {
      if let node = varying[output.name] {
        throw .batchDependent(node: node.name, type: node.operatorType, input: output.name)
      }
    }
    var graph = source
    graph.nodes = nodes
    graph.initializers = folded
    graph = graph.removingUnused()
    try graph.validate()
    return graph
  }
}
