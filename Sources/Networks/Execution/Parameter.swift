public import Tensors

/// A trained constant of a graph in an executor's memory.
public struct Parameter {
  /// The initializer's name.
  public let name: String
  /// The shape, as in the graph.
  public let shape: Shape
  /// The values; after writing them call `Executor.parametersChanged()`.
  public let values: UnsafeMutableBufferPointer<Float>
  /// The gradient of the loss; `Executor.backward()` adds to it.
  public let gradients: UnsafeMutableBufferPointer<Float>
}

extension Node {
  /// Whether the constant at an input position is a trained parameter, as against a setting: the
  /// running statistics of a BatchNormalization and scalars in arithmetic are not.
  public func isParameter(_ position: Int, constant: TypedArray) -> Bool {
    switch operatorType {
    case "Conv", "Gemm": position == 1 || position == 2
    case "BatchNormalization": position == 1 || position == 2
    case "FakeQuantize": position == 0
    case "MatMul": true
    case "Add", "Sub", "Mul", "Div": constant.shape.count > 1
    default: false
    }
  }
}
