public import Tensors

/// Operators on constants: the arithmetic by which exporters write shapes into graphs.
///
/// They compute on `TypedArray`, with ONNX's types, where `Operator` computes on floats. The rules
/// for shapes are the operators' own.
public enum ConstantOperators {
  /// The most elements that a computed constant may have.
  static let largestCount = 1 << 28

  typealias Rule = @Sendable (ConstantNode) throws -> TypedArray

  /// The operators by type, all of which need every input to be constant.
  private static let rules: [String: Rule] = movementRules.merging(arithmeticRules) { first, _ in
    first
  }

  /// The names of the operators that are computed on constants, sorted.
  public static var names: [String] { (rules.keys + ["Shape", "Size"]).sorted() }

  /// The outputs of a node, nil when the operator is none of ours or an input is not constant.
  ///
  /// - Parameters:
  ///   - node: the node.
  ///   - inputs: the inputs that are constant.
  ///   - inputShapes: the shapes of the inputs; `Shape` and `Size` need no more.
  /// - Throws: `GraphError` when the node's attributes and inputs do not fit together.
  public static func evaluate(
    _ node: Node, inputs: [TypedArray?], inputShapes: [Shape?]
  ) throws(GraphError) -> [TypedArray]? {
    let reader = NodeReader(node, constants: inputs)
    if node.operatorType == "Shape" || node.operatorType == "Size" {
      guard let shape = inputShapes.first ?? nil else { return nil }
      return [try measure(shape, reader)]
    }
    guard let rule = rules[node.operatorType],
      node.inputs.indices.allSatisfy({ !reader.hasInput($0) || reader.constant($0) != nil })
    else { return nil }
    do {
      return [try rule(ConstantNode(reader: reader))]
    } catch let error as GraphError {
      throw error
    } catch {
      throw .shapeMismatch(
        node: node.name, type: node.operatorType, expected: "constants that fit together",
        found: "\(error)")
    }
  }

  private static func measure(
    _ shape: Shape, _ reader: NodeReader
  ) throws(GraphError) -> TypedArray {
    if reader.node.operatorType == "Size" {
      return try ConstantNode(reader: reader).scalar(shape.count)
    }
    let start = try reader.int("start", default: 0)
    let end = try reader.int("end", default: shape.rank)
    let first = max(0, min(shape.rank, start < 0 ? start + shape.rank : start))
    let last = max(0, min(shape.rank, end < 0 ? end + shape.rank : end))
    return TypedArray(first < last ? Array(shape.extents[first..<last]) : [])
  }
}

/// A node all of whose inputs are constant.
struct ConstantNode {
  let reader: NodeReader

  /// An input that must be there.
  func input(_ position: Int) throws(GraphError) -> TypedArray {
    guard let constant = reader.constant(position) else {
      throw .missingInput(
        node: reader.node.name, type: reader.node.operatorType, input: "input \(position)")
    }
    return constant
  }

  /// A single integer.
  func scalar(_ integer: Int) throws(GraphError) -> TypedArray {
    do throws(TensorError) {
      return try TypedArray(shape: [], integers: [integer])
    } catch {
      throw reader.mismatch(expected: "one element", found: [])
    }
  }

  /// All inputs; none may be left out.
  func inputs() throws(GraphError) -> [TypedArray] {
    var inputs: [TypedArray] = []
    for position in reader.node.inputs.indices { inputs.append(try input(position)) }
    return inputs
  }

  /// A shape that is small enough to be filled.
  func shape(_ extents: [Int]) throws(GraphError) -> Shape {
    guard Shape.isSensible(extents), Shape(extents).count <= ConstantOperators.largestCount else {
      throw reader.mismatch(
        expected: "a constant of at most 2^28 elements, not of extents \(extents)", found: [])
    }
    return Shape(extents)
  }

  /// The shape that inputs broadcast to.
  func broadcastShape(_ inputs: [TypedArray]) throws(GraphError) -> Shape {
    var whole: Shape = []
    for input in inputs {
      guard let next = whole.broadcast(with: input.shape) else {
        throw reader.mismatch(expected: "shapes that broadcast", found: inputs.map(\.shape))
      }
      whole = try shape(next.extents)
    }
    return whole
  }

  /// The error of element types that do not go together.
  func mistyped(_ inputs: [TypedArray]) -> GraphError {
    .shapeMismatch(
      node: reader.node.name, type: reader.node.operatorType,
      expected: "constants of element types that go together",
      found: inputs.map(\.elementType.rawValue).joined(separator: ", "))
  }
}
