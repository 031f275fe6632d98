public import Tensors

/// A trained constant of a graph in an executor's memory.
public struct Parameter {
  /// The initializer's name.
  public let name: String
  /// The shape, as in the graph.
  public let shape: Shape
  /// The values; after writing them call `Executor.parametersChanged()`.
  public let values: UnsafeMutableBufferPointer<Float>
  /// The gradient of the loss, which `Executor.backward` adds to or writes.
  public let gradients: UnsafeMutableBufferPointer<Float>
}

/// What a backward pass does with the gradients of parameters.
public enum ParameterGradients: Sendable {
  /// They are added to what stands there.
  case added
  /// They take the place of what stands there.
  case written
  /// They are not computed, and what stands there stays.
  case left
}

extension Node {
  /// Whether the constant at an input position is a trained parameter, as against a setting: the
  /// running statistics of a BatchNormalization and scalars in arithmetic are not.
  public func isParameter(_ position: Int, constant: TypedArray) -> Bool {
    switch operatorType {
    case "Conv", "Gemm": position == 1 || position == 2
    case "BatchNormalization": position == 1 || position == 2
    case "FakeQuantize", "BatchExpand": position == 0
    case "LayerNormalization": position == 1 || position == 2
    case "SoftRound": position == 1 || position == 3
    // The third is set from pass to pass, and has no gradient.
    case "LearnedQuantize": position == 2 || position == 3
    case "MatMul": true
    case "Add", "Sub", "Mul", "Div": constant.shape.count > 1
    default: false
    }
  }
}
