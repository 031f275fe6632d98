/// What can be wrong with numbers handed to `Tensors`.
public enum TensorError: Error, Equatable, CustomStringConvertible {
  /// A shape and a list of elements that do not belong together.
  case elementCount(expected: Int, found: Int, shape: Shape)
  /// A matrix that should be positive definite and is not.
  case notPositiveDefinite(order: Int, pivot: Int)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .elementCount(let expected, let found, let shape):
      "a tensor of shape \(shape) holds \(expected) elements, found \(found)"
    case .notPositiveDefinite(let order, let pivot):
      "a \(order)×\(order) matrix is not positive definite (pivot \(pivot))"
    }
  }
}
