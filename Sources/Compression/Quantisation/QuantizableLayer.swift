public import Networks
public import Tensors

/// A layer whose weights and input can be quantised: a Conv, Gemm or MatMul with constant weights.
public struct QuantizableLayer: Hashable, Sendable {
  /// The node's name.
  public let name: String
  /// The node's operator.
  public let operatorType: String
  /// The value that the layer reads.
  public let input: String
  /// The initializer with the weights.
  public let weight: String
  /// The shape of the weights.
  public let weightShape: Shape
  /// The axis of the weights along which the output channels lie.
  public let outputAxis: Int
  /// The multiply-accumulates for one example.
  public let macs: Int
  /// The position of the weights among the node's inputs: 0 for a MatMul with the weights on its left.
  public var weightPosition = 1
  /// The position of the value that the layer reads.
  public var inputPosition: Int { 1 - weightPosition }
}

extension Graph {
  /// The layers that can be quantised, in the order of the graph.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public func quantizableLayers() throws(GraphError) -> [QuantizableLayer] {
    let counts = try multiplyAccumulates()
    return zip(nodes, counts).compactMap { node, count in
      guard ["Conv", "Gemm", "MatMul"].contains(node.operatorType), node.inputs.count > 1 else {
        return nil
      }
      let isLeft = node.operatorType == "MatMul" && initializers[node.inputs[0]] != nil
      let (own, read) = isLeft ? (0, 1) : (1, 0)
      guard initializers[node.inputs[read]] == nil, let weight = initializers[node.inputs[own]],
        weight.elementType == .float32
      else { return nil }
      let transposes = node.attributes["transB"].map { $0 != .int(0) } ?? false
      let isFirst = node.operatorType == "Conv" || (node.operatorType == "Gemm" && transposes)
      // Rows of a matrix on the left make the outputs, columns of one on the right.
      let last = max(0, weight.shape.rank - (isLeft ? 2 : 1))
      return QuantizableLayer(
        name: node.name, operatorType: node.operatorType, input: node.inputs[read],
        weight: node.inputs[own], weightShape: weight.shape, outputAxis: isFirst ? 0 : last,
        macs: count.macs, weightPosition: own)
    }
  }
}
