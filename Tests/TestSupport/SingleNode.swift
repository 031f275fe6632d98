public import Networks
public import Tensors

/// A graph of one node, for tests of an operator.
public enum SingleNode {
  /// A graph whose node reads the given operands in order.
  ///
  /// - Parameters:
  ///   - type: ONNX's operator type.
  ///   - operands: what the node reads; nil leaves an optional input out.
  ///   - attributes: the node's attributes.
  ///   - outputs: how many outputs the node has; they are called `y0`, `y1` …
  public static func graph(
    _ type: String, _ operands: [Operand?], attributes: [String: Attribute] = [:],
    outputs: Int = 1
  ) -> Graph {
    var inputs: [Graph.Value] = []
    var initializers: [String: TypedArray] = [:]
    var names: [String] = []
    for (position, operand) in operands.enumerated() {
      let name = "x\(position)"
      switch operand {
      case .input(let shape):
        inputs.append(Graph.Value(name: name, extents: shape.extents.map { .fixed($0) }))
      case .constant(let array):
        initializers[name] = array
      case nil:
        break
      }
      names.append(operand == nil ? "" : name)
    }
    let results = (0..<outputs).map { "y\($0)" }
    let node = Node(
      name: "node", operatorType: type, inputs: names, outputs: results, attributes: attributes)
    return Graph(
      name: "test", inputs: inputs,
      outputs: results.map { Graph.Value(name: $0, extents: nil) }, nodes: [node],
      initializers: initializers)
  }

  /// What a node reads.
  public enum Operand: Equatable, Sendable {
    /// A value that is fed, called `x` and its position.
    case input(Shape)
    /// An initializer.
    case constant(TypedArray)

    /// An initializer of floats.
    public static func constant(_ tensor: Tensor) -> Operand { .constant(TypedArray(tensor)) }
  }
}

extension Tensor {
  /// A tensor of normal draws.
  public static func normal(_ shape: Shape, seed: UInt64, scale: Float = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(shape: shape) { _ in scale * Float(generator.normal()) }
  }

  /// A tensor of different numbers around 0 in random order, neighbours `gap` apart: for operators
  /// that compare.
  public static func shuffled(_ shape: Shape, seed: UInt64, gap: Float = 0.125) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let order = generator.permutation(of: shape.count)
    return Tensor(shape: shape) { gap * Float(order[$0] - shape.count / 2) }
  }
}
