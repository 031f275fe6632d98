/// A dense array of 32-bit floats in row-major order; a value that copies on write.
public struct Tensor: Equatable, Sendable {
  /// The extents.
  public let shape: Shape
  /// The elements in row-major order, `shape.count` of them.
  public var scalars: [Float]

  /// A tensor with the given elements.
  ///
  /// - Throws: `TensorError.elementCount` when there are not `shape.count` of them.
  public init(shape: Shape, scalars: [Float]) throws(TensorError) {
    guard scalars.count == shape.count else {
      throw .elementCount(expected: shape.count, found: scalars.count, shape: shape)
    }
    self.shape = shape
    self.scalars = scalars
  }

  /// A tensor with one value everywhere.
  public init(shape: Shape, repeating value: Float = 0) {
    self.shape = shape
    scalars = [Float](repeating: value, count: shape.count)
  }

  /// A tensor whose elements come from a function of their row-major position.
  public init(shape: Shape, generatedBy element: (Int) -> Float) {
    self.shape = shape
    scalars = (0..<shape.count).map(element)
  }

  /// The number of elements.
  public var count: Int { scalars.count }

  /// The same elements under another shape.
  ///
  /// - Throws: `TensorError.elementCount` when the new shape holds another number of elements.
  public func reshaped(to shape: Shape) throws(TensorError) -> Tensor {
    try Tensor(shape: shape, scalars: scalars)
  }
}
