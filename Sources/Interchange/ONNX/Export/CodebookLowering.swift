import Networks
import Tensors

/// Writes weights that share a few values as ONNX's Gather from those values.
///
///     indices (uint8) ─ Cast (int32) ─ Gather(codebook, ·) ─ weights
///
/// It is what QDQ cannot say of k-means: its values are not equally spaced. A reader folds it into the same
/// floats again.
enum CodebookLowering {
  /// The most values that one byte tells apart.
  static let mostValues = 256

  /// The graph with such weights of Conv, Gemm and MatMul looked up; others stay as they are.
  ///
  /// - Throws: `ONNXDefect.tensor` when shapes and elements of a constant contradict each other.
  static func lowered(_ graph: Graph) throws(ONNXDefect) -> Graph {
    var result = graph
    result.nodes = []
    var written: Set<String> = []
    for node in graph.nodes {
      let isLayer = ["Conv", "Gemm", "MatMul"].contains(node.operatorType)
      if isLayer, node.inputs.count > 1, let weights = graph.initializers[node.inputs[1]]?.tensor,
        !written.contains(node.inputs[1]), let table = Table(weights.scalars)
      {
        written.insert(node.inputs[1])
        result.nodes += try lookUp(node.inputs[1], weights.shape, table, in: &result)
      }
      result.nodes.append(node)
    }
    return result
  }

  /// The values of an array, rising, and the place of each element among them.
  private struct Table {
    let values: [Float]
    let indices: [Int]

    /// Nil where there are too many values to save anything.
    init?(_ scalars: [Float]) {
      var bits: Set<UInt32> = []
      for scalar in scalars {
        bits.insert(scalar.bitPattern)
        guard bits.count <= CodebookLowering.mostValues, scalar.isFinite else { return nil }
      }
      guard scalars.count > 2 * bits.count else { return nil }
      values = bits.map { Float(bitPattern: $0) }.sorted {
        // Zeros of either sign are two values.
        ($0, $1.sign == .minus ? 1 : 0) < ($1, $0.sign == .minus ? 1 : 0)
      }
      let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1.bitPattern, $0) })
      indices = scalars.map { places[$0.bitPattern] ?? 0 }
    }
  }

  private static func lookUp(
    _ weight: String, _ shape: Shape, _ table: Table, in graph: inout Graph
  ) throws(ONNXDefect) -> [Node] {
    let values = table.values
    let names = ["codebook", "indices", "positions"].map { graph.unusedValue("\(weight).\($0)") }
    do throws(TensorError) {
      graph.initializers[names[0]] = TypedArray(Tensor(shape: [values.count]) { values[$0] })
      graph.initializers[names[1]] = try TypedArray(
        shape: shape, integers: table.indices, elementType: .uint8)
    } catch {
      throw .tensor(name: weight, reason: "is inconsistent: \(error)")
    }
    graph.initializers[weight] = nil
    return [
      Node(
        name: names[2], operatorType: "Cast", inputs: [names[1]], outputs: [names[2]],
        attributes: ["to": .int(Int(ElementTypes.number(.int32)))]),
      Node(
        name: names[0], operatorType: "Gather", inputs: [names[0], names[2]], outputs: [weight],
        attributes: ["axis": .int(0)]),
    ]
  }
}

extension Graph {
  /// A name like a wanted one that no value has.
  func unusedValue(_ wanted: String) -> String {
    var name = wanted
    while initializers[name] != nil || inputs.contains(where: { $0.name == name })
      || nodes.contains(where: { $0.outputs.contains(name) })
    {
      name += "_"
    }
    return name
  }
}
