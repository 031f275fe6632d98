import Networks
import Tensors

/// Writes our own `FakeQuantize` in ONNX's words: what is called QDQ.
///
/// A computed value becomes Clip (where the type has more levels, to the range of its own) → QuantizeLinear
/// (zero point 0, int8 or uint8; int4 or uint4 up to four bits where the operator set has them) →
/// DequantizeLinear; a constant becomes the numbers of its levels in such a type and one DequantizeLinear,
/// per channel where scales are. A quantiser with the scale 0 passes everything.
struct QuantizerLowering {
  private var graph: Graph
  private let options: ONNXWriteOptions
  private var nodes: [Node] = []

  /// The graph without `FakeQuantize`.
  ///
  /// - Throws: `ONNXDefect.node` for more than 8 bits, and for computed values on the two levels −1 and 1,
  ///   which have no zero; `ONNXDefect.graph` for a quantiser that makes no sense.
  static func lowered(
    _ graph: Graph, options: ONNXWriteOptions = ONNXWriteOptions()
  ) throws(ONNXDefect) -> Graph {
    guard graph.nodes.contains(where: \.isFakeQuantize) else { return graph }
    var lowering = QuantizerLowering(graph: graph, options: options)
    for node in graph.nodes { try lowering.visit(node) }
    lowering.graph.nodes = lowering.nodes
    return lowering.withoutReplacedWeights(graph)
  }

  private init(graph: Graph, options: ONNXWriteOptions) {
    self.graph = graph
    self.options = options
  }

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
    var inputs = [name, scale(scales, of: node)]
    if options.isExplicit { inputs.append(try zeroPoints(scales.count, levels, node)) }
    nodes.append(
      Node(
        name: node.name, operatorType: "DequantizeLinear", inputs: inputs, outputs: node.outputs,
        attributes: scales.count > 1 ? ["axis": .int(axis)] : [:]))
  }

  /// The name of as many zeros as there are scales, in the type of the levels.
  private mutating func zeroPoints(
    _ count: Int, _ levels: QuantizationLevels, _ node: Node
  ) throws(ONNXDefect) -> String {
    let name = unused(node.name + ".zero")
    graph.initializers[name] = try integers(
      [Int](repeating: 0, count: max(count, 1)), count > 1 ? [count] : [], levels, node)
    return name
  }

  /// The type that levels are written in.
  private func type(of levels: QuantizationLevels) -> ElementType {
    if options.packsFourBits, levels.bits <= 4 { return levels.isSigned ? .int4 : .uint4 }
    return levels.isSigned ? .int8 : .uint8
  }

  /// Whether the levels are all that their type has.
  private func fillsType(_ levels: QuantizationLevels) -> Bool {
    levels.bits == (type(of: levels).isPacked ? 4 : 8)
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
        shape: shape, integers: numbers, elementType: type(of: levels))
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
    guard fillsType(levels) || scales.count == 1 else {
      throw .node(
        name: node.name, type: node.operatorType,
        reason:
          "quantizes channels of a computed value to fewer bits than its type has, which Clip "
          + "cannot say"
      )
    }
    let attributes: [String: Attribute] =
      scales.count > 1 ? ["axis": .int(axis(of: node))] : [:]
    let input = fillsType(levels) ? node.inputs[0] : clip(node, levels, scales[0])
    let zero = try zeroPoints(scales.count, levels, node)
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
