import Networks
import Tensors

/// Writes our own `FakeQuantize` in ONNX's words: what is called QDQ.
///
/// A computed value becomes Clip (below 8 bits, to the range of its levels) → QuantizeLinear (zero point
/// 0, int8 or uint8) → DequantizeLinear; a constant becomes the numbers of its levels as int8 or uint8
/// and one DequantizeLinear, per channel where scales are. A quantiser with the scale 0 passes everything.
struct QuantizerLowering {
  private var graph: Graph
  private var nodes: [Node] = []

  /// The graph without `FakeQuantize`.
  ///
  /// - Throws: `ONNXDefect.node` for more than 8 bits, and for computed values on the two levels −1 and 1,
  ///   which have no zero; `ONNXDefect.graph` for a quantiser that makes no sense.
  static func lowered(_ graph: Graph) throws(ONNXDefect) -> Graph {
    guard graph.nodes.contains(where: \.isFakeQuantize) else { return graph }
    var lowering = QuantizerLowering(graph: graph)
    for node in graph.nodes { try lowering.visit(node) }
    lowering.graph.nodes = lowering.nodes
    return lowering.withoutReplacedWeights(graph)
  }

  private init(graph: Graph) { self.graph = graph }

  private mutating func visit(_ node: Node) throws(ONNXDefect) {
    guard let (levels, scales) = try quantizer(of: node) else {
      nodes.append(node)
      return
    }
    guard levels.bits <= 8 else {
      throw .node(
        name: node.name, type: node.operatorType,
        reason: "quantizes to \(levels.bits) bits; at most 8 can be exported")
    }
    if let weights = graph.initializers[node.inputs[0]]?.tensor {
      try lowerConstant(node, weights, levels, scales)
    } else {
      try lowerComputed(node, levels, scales)
    }
  }

  private func quantizer(
    of node: Node
  ) throws(ONNXDefect) -> (levels: QuantizationLevels, scales: [Float])? {
    do throws(GraphError) {
      return try graph.quantizer(of: node)
    } catch {
      throw .graph(error)
    }
  }

  // MARK: - Constants

  private mutating func lowerConstant(
    _ node: Node, _ weights: Tensor, _ levels: QuantizationLevels, _ scales: [Float]
  ) throws(ONNXDefect) {
    let axis = weights.shape.axis(axis(of: node)) ?? 0
    let numbers = levels.numbers(of: weights, scales: scales, axis: axis)
    let name = unused(node.inputs[0] + ".levels")
    graph.initializers[name] = try integers(numbers, weights.shape, levels, node)
    nodes.append(
      Node(
        name: node.name, operatorType: "DequantizeLinear", inputs: [name, scale(scales, of: node)],
        outputs: node.outputs, attributes: scales.count > 1 ? ["axis": .int(axis)] : [:]))
  }

  private func axis(of node: Node) -> Int {
    if case .int(let axis)? = node.attributes["axis"] { axis } else { 0 }
  }

  /// The name of scales that can be divided by: where one is 0, all of its values are.
  private mutating func scale(_ scales: [Float], of node: Node) -> String {
    guard scales.contains(0) else { return node.inputs[1] }
    let name = unused(node.inputs[1] + ".positive")
    let shape: Shape = scales.count == 1 ? [] : [scales.count]
    graph.initializers[name] = TypedArray(
      Tensor(shape: shape) { scales[$0] > 0 ? scales[$0] : 1 })
    return name
  }

  private func integers(
    _ numbers: [Int], _ shape: Shape, _ levels: QuantizationLevels, _ node: Node
  ) throws(ONNXDefect) -> TypedArray {
    do throws(TensorError) {
      return try TypedArray(
        shape: shape, integers: numbers, elementType: levels.isSigned ? .int8 : .uint8)
    } catch {
      throw .node(name: node.name, type: node.operatorType, reason: "is inconsistent: \(error)")
    }
  }

  // MARK: - Computed values

  private mutating func lowerComputed(
    _ node: Node, _ levels: QuantizationLevels, _ scales: [Float]
  ) throws(ONNXDefect) {
    guard !levels.isBinary else {
      throw .node(
        name: node.name, type: node.operatorType,
        reason: "brings a computed value to the two levels of one signed bit, which QuantizeLinear "
          + "cannot say")
    }
    if scales == [0] {
      nodes.append(
        Node(
          name: node.name, operatorType: "Identity", inputs: [node.inputs[0]],
          outputs: node.outputs))
      return
    }
    guard levels.bits == 8 || scales.count == 1 else {
      throw .node(
        name: node.name, type: node.operatorType,
        reason: "quantizes channels of a computed value to fewer than 8 bits, which Clip cannot say"
      )
    }
    let attributes: [String: Attribute] =
      scales.count > 1 ? ["axis": .int(axis(of: node))] : [:]
    let input = levels.bits == 8 ? node.inputs[0] : clip(node, levels, scales[0])
    let zero = unused(node.name + ".zero")
    let count = max(scales.count, 1)
    graph.initializers[zero] = try integers(
      [Int](repeating: 0, count: count), scales.count > 1 ? [count] : [], levels, node)
    let whole = unused(node.outputs[0] + ".levels")
    let parameters = [scale(scales, of: node), zero]
    nodes.append(
      Node(
        name: node.name + ".quantize", operatorType: "QuantizeLinear",
        inputs: [input] + parameters, outputs: [whole], attributes: attributes))
    nodes.append(
      Node(
        name: node.name + ".dequantize", operatorType: "DequantizeLinear",
        inputs: [whole] + parameters, outputs: node.outputs, attributes: attributes))
  }

  /// A Clip to the range of the levels; returns what it writes.
  private mutating func clip(_ node: Node, _ levels: QuantizationLevels, _ scale: Float) -> String {
    let bounds = [("lowest", levels.lowest), ("highest", levels.highest)].map { suffix, level in
      let name = unused("\(node.name).\(suffix)")
      graph.initializers[name] = TypedArray(Tensor(shape: [], repeating: Float(level) * scale))
      return name
    }
    let output = unused(node.outputs[0] + ".clipped")
    nodes.append(
      Node(
        name: node.name + ".clip", operatorType: "Clip", inputs: [node.inputs[0]] + bounds,
        outputs: [output]))
    return output
  }

  // MARK: - Names

  private func unused(_ wanted: String) -> String {
    var name = wanted
    while graph.initializers[name] != nil
      || (graph.nodes + nodes).contains(where: { $0.outputs.contains(name) })
    {
      name += "_"
    }
    return name
  }

  /// The graph without the floats and scales that quantisers alone read.
  private func withoutReplacedWeights(_ original: Graph) -> Graph {
    var result = graph
    let read = Set(result.nodes.flatMap(\.inputs)).union(result.outputs.map(\.name))
    for node in original.nodes where node.isFakeQuantize {
      for name in node.inputs where !read.contains(name) { result.initializers[name] = nil }
    }
    return result
  }
}
