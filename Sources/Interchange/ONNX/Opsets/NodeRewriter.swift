import Networks
import Tensors

/// What a rewriting may do besides changing its node: read attributes, add constants and nodes.
struct NodeRewriter {
  /// The operator set of the file.
  let opset: Int
  /// What is known of the values' shapes.
  let shapes: DeclaredShapes
  /// The graph's constants and those that were added.
  private(set) var initializers: [String: TypedArray]
  private var usedNames: Set<String>
  private var preceding: [Node] = []
  private var following: [Node] = []

  /// A rewriter of a graph's nodes.
  init(graph: Graph, opset: Int, shapes: DeclaredShapes) {
    self.opset = opset
    self.shapes = shapes
    initializers = graph.initializers
    usedNames = Set(graph.initializers.keys)
    usedNames.formUnion(graph.inputs.map(\.name))
    for node in graph.nodes {
      usedNames.insert(node.name)
      usedNames.formUnion(node.outputs)
    }
  }

  /// A name that nothing in the graph has, `node_suffix` where possible.
  mutating func freshName(_ node: Node, _ suffix: String) -> String {
    var name = node.name + "_" + suffix
    while !usedNames.insert(name).inserted { name += "_" }
    return name
  }

  /// Puts a node before the one being rewritten.
  mutating func insertBefore(_ node: Node) { preceding.append(node) }

  /// Puts a node after the one being rewritten.
  mutating func insertAfter(_ node: Node) { following.append(node) }

  /// The nodes to stand before, once.
  mutating func takePreceding() -> [Node] {
    defer { preceding = [] }
    return preceding
  }

  /// The nodes to stand after, once.
  mutating func takeFollowing() -> [Node] {
    defer { following = [] }
    return following
  }

  /// Makes a constant an input of the node at a position.
  mutating func setInput(
    _ node: inout Node, _ position: Int, named name: String, to array: TypedArray
  ) throws(ONNXDefect) {
    while node.inputs.count <= position { node.inputs.append("") }
    guard node.inputs[position].isEmpty else {
      throw defect(node, "it has both an attribute and an input '\(name)'")
    }
    let constant = freshName(node, name)
    initializers[constant] = array
    node.inputs[position] = constant
  }

  /// Removes an attribute that is a list of integers.
  func takeIntegers(_ node: inout Node, _ name: String) throws(ONNXDefect) -> [Int]? {
    guard let attribute = node.attributes.removeValue(forKey: name) else { return nil }
    guard case .ints(let integers) = attribute else { throw wrongType(node, name) }
    return integers
  }

  /// Removes an attribute that is an integer.
  func takeInteger(_ node: inout Node, _ name: String) throws(ONNXDefect) -> Int? {
    guard let attribute = node.attributes.removeValue(forKey: name) else { return nil }
    guard case .int(let integer) = attribute else { throw wrongType(node, name) }
    return integer
  }

  /// Removes an attribute that is a real number.
  func takeFloat(_ node: inout Node, _ name: String) throws(ONNXDefect) -> Float? {
    guard let attribute = node.attributes.removeValue(forKey: name) else { return nil }
    guard case .float(let number) = attribute else { throw wrongType(node, name) }
    return number
  }

  /// The error of a definition that we lack.
  func defect(_ node: Node, _ reason: String) -> ONNXDefect {
    .definition(node: node.name, type: node.operatorType, opset: opset, reason: reason)
  }

  private func wrongType(_ node: Node, _ attribute: String) -> ONNXDefect {
    .node(
      name: node.name, type: node.operatorType,
      reason: "has an attribute '\(attribute)' of the wrong type")
  }
}
