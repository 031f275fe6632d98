/// The element types that a file can hold and Espalier keeps apart.
public enum ElementType: String, Sendable, CaseIterable {
  case float32, float64, int64, int32, int8, uint8, bool
  /// Four bits an element, two elements a byte in a file.
  case int4, uint4

  /// Whether a file holds two elements in a byte.
  public var isPacked: Bool { self == .int4 || self == .uint4 }
}

/// An array of any of the element types, in row-major order.
///
/// Files, constants and shape arithmetic are made of it; networks compute in `Tensor`.
public struct TypedArray: Equatable, Sendable {
  /// The elements: floating types as they are, integer types and truth values as integers.
  public enum Storage: Equatable, Sendable {
    case float32([Float])
    case float64([Double])
    case integer([Int])
  }

  /// The extents.
  public let shape: Shape
  /// The type the elements have in a file.
  public let elementType: ElementType
  /// The elements, `shape.count` of them.
  public let storage: Storage

  /// An array of 32-bit floats.
  public init(_ tensor: Tensor) {
    shape = tensor.shape
    elementType = .float32
    storage = .float32(tensor.scalars)
  }

  /// An array of 64-bit floats.
  ///
  /// - Throws: `TensorError.elementCount` when shape and elements do not fit.
  public init(shape: Shape, doubles: [Double]) throws(TensorError) {
    guard doubles.count == shape.count else {
      throw .elementCount(expected: shape.count, found: doubles.count, shape: shape)
    }
    self.shape = shape
    elementType = .float64
    storage = .float64(doubles)
  }

  /// An array of integers (or truth values, as 0 and 1).
  ///
  /// - Throws: `TensorError.elementCount` when shape and elements do not fit.
  public init(
    shape: Shape, integers: [Int], elementType: ElementType = .int64
  ) throws(TensorError) {
    guard integers.count == shape.count else {
      throw .elementCount(expected: shape.count, found: integers.count, shape: shape)
    }
    self.shape = shape
    self.elementType = elementType
    storage = .integer(integers)
  }

  /// A list of 64-bit integers: rank 1.
  public init(_ integers: [Int]) {
    shape = [integers.count]
    elementType = .int64
    storage = .integer(integers)
  }

  /// The elements as a tensor, when they are 32-bit floats.
  public var tensor: Tensor? {
    guard case .float32(let scalars) = storage else { return nil }
    return try? Tensor(shape: shape, scalars: scalars)
  }

  /// The elements as integers, when the type is an integer type or bool.
  public var integers: [Int]? {
    guard case .integer(let integers) = storage else { return nil }
    return integers
  }
}
