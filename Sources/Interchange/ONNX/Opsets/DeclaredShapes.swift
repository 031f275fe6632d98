import Networks
import Tensors

/// What a file says about its values' shapes, and what follows from it at a glance.
///
/// Operators that keep shapes or fix ranks are followed: enough to read old Softmax nodes, which
/// must be rewritten before the operators' own shape rules can be asked.
struct DeclaredShapes {
  /// An extent is nil where it is open.
  private var known: [String: [Int?]] = [:]

  /// What is declared in a graph and its list of inner values.
  init(
    graph: Graph, declared: [WireValueInfoProto], values: ValueReading
  ) throws(ONNXDefect) {
    for wire in declared {
      guard let extents = try values.knownExtents(wire) else { continue }
      known[wire.name] = Self.numbers(extents)
    }
    for value in graph.outputs + graph.inputs {
      guard let extents = value.extents else { continue }
      known[value.name] = Self.numbers(extents)
    }
    for node in graph.nodes {
      guard let output = node.outputs.first, known[output] == nil,
        let extents = follow(node, graph.initializers)
      else { continue }
      known[output] = extents
    }
  }

  /// The extents of the input, and output, of a node that keeps its input's shape.
  func extents(of node: Node) -> [Int?]? {
    if let input = node.inputs.first, let extents = known[input] { return extents }
    return node.outputs.first.flatMap { known[$0] }
  }

  private func follow(_ node: Node, _ initializers: [String: TypedArray]) -> [Int?]? {
    guard let first = node.inputs.first else { return nil }
    let input = known[first]
    switch node.operatorType {
    case "Flatten", "Gemm":
      return [nil, nil]
    case "BatchNormalization", "Cast", "Clip", "Dropout", "Elu", "HardSigmoid", "HardSwish",
      "Identity", "LeakyRelu", "Relu", "Sigmoid", "Tanh":
      return input
    case "Conv", "MaxPool", "AveragePool":
      return input.map { $0.map { _ in nil } }
    case "GlobalAveragePool", "GlobalMaxPool":
      return input.map { extents in extents.indices.map { $0 < 2 ? extents[$0] : 1 } }
    case "Reshape":
      guard node.inputs.count > 1, let target = initializers[node.inputs[1]]?.integers else {
        return nil
      }
      return target.map { $0 > 0 ? $0 : nil }
    case "MatMul":
      guard node.inputs.count > 1 else { return nil }
      let factor = known[node.inputs[1]]?.count ?? initializers[node.inputs[1]]?.shape.rank
      guard factor == 2 else { return nil }
      return input.map { $0.map { _ in nil } }
    case "Add":
      guard node.inputs.count > 1, let bias = initializers[node.inputs[1]], let input,
        bias.shape.rank <= input.count
      else { return nil }
      return input
    default:
      return nil
    }
  }

  private static func numbers(_ extents: [Graph.Extent]) -> [Int?] {
    extents.map { extent in
      guard case .fixed(let number) = extent else { return nil }
      return number
    }
  }
}
