/// The operators that there are, by ONNX's names.
public enum OperatorRegistry {
  /// The types of all operators, sorted by name.
  public static let types: [any Operator.Type] = [
    Add.self, AveragePool.self, BatchExpand.self, BatchNormalization.self, Cast.self, Clip.self,
    Concat.self, Convolution.self, DequantizeLinear.self, Divide.self, Dropout.self,
    ErrorFunction.self, Expand.self, Exponential.self, FakeQuantize.self, Flatten.self,
    Gather.self, Gelu.self, GeneralProduct.self, GlobalAveragePool.self, HardSigmoid.self,
    HardSwish.self, HyperbolicTangent.self, Identity.self, LayerNormalization.self, LeakyRelu.self,
    LearnedQuantize.self, Logarithm.self, MatrixProduct.self, MaxPool.self, Multiply.self,
    Negation.self, Pad.self, Power.self, QuantizeLinear.self, Reciprocal.self, ReduceMean.self,
    Relu.self, Reshape.self, Resize.self, Sigmoid.self, Slice.self, SoftRound.self, Softmax.self,
    Split.self, SquareRoot.self, Squeeze.self, Subtract.self, Transpose.self, Unsqueeze.self,
    Where.self,
  ].sorted { $0.type < $1.type }

  private static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.type, $0) })

  /// The names of all operators, sorted.
  public static var names: [String] { types.map { $0.type } }

  /// The operator of a node.
  ///
  /// - Throws: `GraphError.unknownOperator`, or what the operator finds wrong with the node.
  public static func makeOperator(_ node: NodeReader) throws(GraphError) -> any Operator {
    guard let type = byName[node.node.operatorType] else {
      throw .unknownOperator(node: node.node.name, type: node.node.operatorType)
    }
    return try type.init(node)
  }
}
