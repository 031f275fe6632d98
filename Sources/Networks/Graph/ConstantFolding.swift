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
struct ConstantFolding {
  /// What is known of values for one batch.
  struct World {
    var shapes: [String: Shape]
    var constants: [String: TypedArray]

    func constants(of node: Node) -> [TypedArray?] { node.inputs.map { constants[$0] } }
  }

  /// Different multiples of 48, so that networks that divide the batch among frames or crops fit.
  static let batches = (240, 336)

  fileprivate let source: Graph
  private var one: World
  private var other: World
  private var nodes: [Node] = []
  private var folded: [String: TypedArray]
  /// The constants that differ between the worlds, with the nodes that wrote them.
  private var varying: [String: Node] = [:]

  fileprivate init(_ graph: Graph) throws(GraphError) {
    source = graph
    folded = graph.initializers
    one = World(
      shapes: try graph.knownShapes(batch: Self.batches.0), constants: graph.initializers)
    other = World(
      shapes: try graph.knownShapes(batch: Self.batches.1), constants: graph.initializers)
  }

  fileprivate mutating func visit(_ node: Node) throws(GraphError) {
    let shapes = (
      try source.inputShapes(of: node, one.shapes), try source.inputShapes(of: node, other.shapes)
    )
    let reads = node.inputs.first { varying[$0] != nil }
    if let expanded = batchExpansion(of: node) { return nodes.append(expanded) }
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
    if let reads, !["Reshape", "Expand", "Resize"].contains(node.operatorType) {
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
    let place = node.operatorType == "Resize" ? 3 : 1
    guard node.inputs.count == place + 1, varying[node.inputs[0]] == nil, let input = one.0[0],
      let its = other.0[0],
      let target = Self.target(of: node, (input, one.1), (its, other.1))
    else { throw error }
    let name = unusedName(node.name + ".shape")
    folded[name] = TypedArray(target.extents)
    var node = node
    node.inputs[place] = name
    node.attributes["allowzero"] = nil
    if let axes = target.axes { node.attributes["axes"] = .ints(axes) }
    return node
  }

  // MARK: - Constants for every example

  /// A constant that is expanded to the batch, as a class token is; nil for other nodes.
  private mutating func batchExpansion(of node: Node) -> Node? {
    guard node.operatorType == "Expand", node.inputs.count == 2, varying[node.inputs[0]] == nil,
      varying[node.inputs[1]] != nil, let constant = folded[node.inputs[0]],
      constant.elementType == .float32,
      let target = one.constants[node.inputs[1]]?.integers,
      let its = other.constants[node.inputs[1]]?.integers,
      let shape = constant.shape.broadcast(with: Shape(target)),
      let wide = constant.shape.broadcast(with: Shape(its)), shape.rank == wide.rank,
      shape.rank > 0, (shape[0], wide[0]) == Self.batches,
      shape.extents.dropFirst() == wide.extents.dropFirst(),
      let reference = source.inputs.first(where: { $0.extents?.first == .batch })?.name,
      let value = try? constant.broadcast(to: Shape([1] + shape.extents.dropFirst()))
    else { return nil }
    var name = node.inputs[0]
    if value != constant {
      name = unusedName(node.inputs[0] + ".example")
      folded[name] = value
    }
    for (world, batch) in [(\Self.one, Self.batches.0), (\Self.other, Self.batches.1)] {
      self[keyPath: world].shapes[name] = value.shape
      self[keyPath: world].shapes[node.outputs[0]] = Shape([batch] + shape.extents.dropFirst())
    }
    return .batchExpand(
      name: node.name, value: name, reference: reference, output: node.outputs[0])
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

  fileprivate func result() throws(GraphError) -> Graph {
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
