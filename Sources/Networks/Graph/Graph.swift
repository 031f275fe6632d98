public import Tensors

/// A network: nodes between named values, and the constants they use.
///
/// A value: to copy it is to have another network.
///
/// Invariants, held by whoever edits a graph and checked by `validate()`: node names and value names
/// are unique, nodes stand in topological order, every value read is an input, an initializer or
/// written by an earlier node. Nodes have the meaning of ONNX opset `Graph.opset`, whatever file
/// they came from.
public struct Graph: Equatable, Sendable {
  /// The ONNX operator set version that every node in memory follows.
  public static let opset = 18

  /// An extent of an input or output.
  public enum Extent: Equatable, Sendable {
    /// A number known when the graph was made.
    case fixed(Int)
    /// The batch: any number, the same for all inputs.
    case batch
  }

  /// An input or output of the graph.
  public struct Value: Equatable, Sendable {
    /// The value's name.
    public var name: String
    /// The extents; for an output they may be unknown (nil) and follow from the nodes.
    public var extents: [Extent]?
    /// The type of the elements.
    public var elementType: ElementType

    /// An input or output.
    public init(name: String, extents: [Extent]?, elementType: ElementType = .float32) {
      self.name = name
      self.extents = extents
      self.elementType = elementType
    }
  }

  /// The graph's name.
  public var name: String
  /// What is fed.
  public var inputs: [Value]
  /// What is asked for.
  public var outputs: [Value]
  /// The operations in topological order.
  public var nodes: [Node]
  /// The constants by name: trained parameters as float32, shape-like constants as integers.
  public var initializers: [String: TypedArray]

  /// A graph.
  public init(
    name: String, inputs: [Value], outputs: [Value], nodes: [Node] = [],
    initializers: [String: TypedArray] = [:]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.initializers = initializers
  }
}
