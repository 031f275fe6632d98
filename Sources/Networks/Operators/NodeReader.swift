public import Tensors

/// Reads a node's attributes and constant inputs with errors that name the node.
public struct NodeReader: Sendable {
  /// The node.
  public let node: Node
  private let constants: [TypedArray?]

  /// A reader of a node of a graph.
  public init(_ node: Node, in graph: Graph) {
    self.node = node
    constants = node.inputs.map { $0.isEmpty ? nil : graph.initializers[$0] }
  }

  /// A reader of a node whose inputs are these, nil where they are not constant.
  init(_ node: Node, constants: [TypedArray?]) {
    self.node = node
    self.constants = constants
  }

  /// Whether the node has an input at this position.
  public func hasInput(_ position: Int) -> Bool {
    position < node.inputs.count && !node.inputs[position].isEmpty
  }

  /// The constant at an input position, nil when it is left out or computed.
  public func constant(_ position: Int) -> TypedArray? {
    position < constants.count ? constants[position] : nil
  }

  /// The integers of an optional constant input.
  ///
  /// - Throws: `GraphError.missingInput` when the input is there but computed or not integer.
  public func integers(_ position: Int, named name: String) throws(GraphError) -> [Int]? {
    guard hasInput(position) else { return nil }
    guard let integers = constant(position)?.integers else {
      throw .missingInput(node: node.name, type: node.operatorType, input: name)
    }
    return integers
  }

  /// An optional constant scalar.
  ///
  /// - Throws: `GraphError.missingInput` when the input is there but computed or not float32.
  public func scalar(_ position: Int, named name: String) throws(GraphError) -> Float? {
    guard hasInput(position) else { return nil }
    guard let scalars = constant(position)?.tensor?.scalars, let first = scalars.first else {
      throw .missingInput(node: node.name, type: node.operatorType, input: name)
    }
    return first
  }

  /// An integer attribute, or its default.
  public func int(_ name: String, default value: Int) throws(GraphError) -> Int {
    guard let attribute = node.attributes[name] else { return value }
    guard case .int(let found) = attribute else { throw missing(name) }
    return found
  }

  /// A float attribute, or its default.
  public func float(_ name: String, default value: Float) throws(GraphError) -> Float {
    guard let attribute = node.attributes[name] else { return value }
    guard case .float(let found) = attribute else { throw missing(name) }
    return found
  }

  /// A text attribute, or its default.
  public func string(_ name: String, default value: String) throws(GraphError) -> String {
    guard let attribute = node.attributes[name] else { return value }
    guard case .string(let found) = attribute else { throw missing(name) }
    return found
  }

  /// A list of integers, nil when it is left out.
  public func ints(_ name: String) throws(GraphError) -> [Int]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .ints(let found) = attribute else { throw missing(name) }
    return found
  }

  /// The error of an attribute value that we lack.
  public func unsupported(_ attribute: String, _ found: String) -> GraphError {
    .unsupportedAttribute(
      node: node.name, type: node.operatorType, attribute: attribute, found: found)
  }

  /// The error of input shapes that do not fit.
  public func mismatch(expected: String, found: [Shape?]) -> GraphError {
    .shapeMismatch(
      node: node.name, type: node.operatorType, expected: expected,
      found: found.map { $0?.description ?? "nothing" }.joined(separator: ", "))
  }

  private func missing(_ attribute: String) -> GraphError {
    .missingAttribute(node: node.name, type: node.operatorType, attribute: attribute)
  }
}
