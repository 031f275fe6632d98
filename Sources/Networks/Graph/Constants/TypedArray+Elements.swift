import Tensors

extension TypedArray {
  /// An array of the same element type with other elements.
  ///
  /// - Throws: `TensorError.elementCount` when shape and elements do not fit.
  func with(shape: Shape, storage: Storage) throws(TensorError) -> TypedArray {
    switch storage {
    case .float32(let scalars):
      TypedArray(try Tensor(shape: shape, scalars: scalars))
    case .float64(let doubles):
      try TypedArray(shape: shape, doubles: doubles)
    case .integer(let integers):
      try TypedArray(shape: shape, integers: integers, elementType: elementType)
    }
  }

  /// The elements at some row-major positions, all of which are there, under a shape.
  ///
  /// - Throws: `TensorError.elementCount` when there are not `shape.count` of them.
  func picking(_ positions: [Int], shape: Shape) throws(TensorError) -> TypedArray {
    switch storage {
    case .float32(let scalars):
      try with(shape: shape, storage: .float32(positions.map { scalars[$0] }))
    case .float64(let doubles):
      try with(shape: shape, storage: .float64(positions.map { doubles[$0] }))
    case .integer(let integers):
      try with(shape: shape, storage: .integer(positions.map { integers[$0] }))
    }
  }

  /// The elements repeated to a shape that this one broadcasts to.
  func broadcast(to shape: Shape) throws(TensorError) -> TypedArray {
    if shape == self.shape { return self }
    let own = zip(self.shape.strides, self.shape.extents).map { $1 == 1 ? 0 : $0 }
    let steps = [Int](repeating: 0, count: shape.rank - own.count) + own
    return try picking(
      StridedLoop(extents: shape.extents, steps: [steps]).offsets(of: 0), shape: shape)
  }

  /// The elements as 64-bit floats, whatever the type.
  var doubles: [Double] {
    switch storage {
    case .float32(let scalars): scalars.map(Double.init)
    case .float64(let doubles): doubles
    case .integer(let integers): integers.map(Double.init)
    }
  }

  /// The elements in another type: truncated toward zero for integers, 0 or 1 for truth values.
  func cast(to type: ElementType) throws(TensorError) -> TypedArray {
    switch (type, storage) {
    case (.float32, .float32), (.float64, .float64):
      return self
    case (.float32, .float64(let doubles)):
      return TypedArray(try Tensor(shape: shape, scalars: doubles.map { Float($0) }))
    case (.float32, .integer(let integers)):
      return TypedArray(try Tensor(shape: shape, scalars: integers.map { Float($0) }))
    case (.float64, _):
      return try TypedArray(shape: shape, doubles: doubles)
    case (.bool, _):
      let truths = doubles.map { $0 == 0 ? 0 : 1 }
      return try TypedArray(shape: shape, integers: truths, elementType: .bool)
    case (_, .integer(let integers)):
      let narrowed = integers.map { type.narrowed($0) }
      return try TypedArray(shape: shape, integers: narrowed, elementType: type)
    default:
      // What no integer holds (NaN, infinity, 2^63 …) is undefined in ONNX; here it is 0.
      let whole = doubles.map { type.narrowed(Int(exactly: $0.rounded(.towardZero)) ?? 0) }
      return try TypedArray(shape: shape, integers: whole, elementType: type)
    }
  }
}

extension ElementType {
  /// An integer as this type holds it, wrapped around.
  func narrowed(_ integer: Int) -> Int {
    switch self {
    case .int32: Int(Int32(truncatingIfNeeded: integer))
    case .int8: Int(Int8(truncatingIfNeeded: integer))
    case .uint8: Int(UInt8(truncatingIfNeeded: integer))
    case .uint4: integer & 15
    case .int4: (integer & 15) - (integer & 8) * 2
    case .bool: integer == 0 ? 0 : 1
    case .int64, .float32, .float64: integer
    }
  }
}
