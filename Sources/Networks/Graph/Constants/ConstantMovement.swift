import Tensors

// Operators that make constants and move their elements about.

extension ConstantOperators {
  /// The operators that make and move, by type.
  static let movementRules: [String: Rule] = [
    "Cast": cast, "Concat": concat, "Constant": constant, "ConstantOfShape": constantOfShape,
    "Expand": expand, "Gather": gather, "Identity": { try $0.input(0) }, "Range": range,
    "Reshape": reshape, "Slice": slice, "Squeeze": squeeze, "Transpose": transpose,
    "Unsqueeze": unsqueeze,
  ]

  @Sendable private static func cast(_ node: ConstantNode) throws -> TypedArray {
    try node.input(0).cast(to: try Cast.elementType(node.reader))
  }

  @Sendable private static func constant(_ node: ConstantNode) throws -> TypedArray {
    let attributes = node.reader.node.attributes
    for name in ["value", "value_int", "value_ints", "value_float", "value_floats"] {
      switch attributes[name] {
      case .array(let array): return array
      case .int(let integer): return try TypedArray(shape: [], integers: [integer])
      case .ints(let integers): return TypedArray(integers)
      case .float(let scalar): return TypedArray(Tensor(shape: [], repeating: scalar))
      case .floats(let scalars):
        return TypedArray(try Tensor(shape: [scalars.count], scalars: scalars))
      default: continue
      }
    }
    throw GraphError.missingAttribute(
      node: node.reader.node.name, type: "Constant", attribute: "value")
  }

  @Sendable private static func constantOfShape(_ node: ConstantNode) throws -> TypedArray {
    let shape = try node.shape(try node.reader.requiredIntegers(0, named: "input"))
    guard case .array(let value)? = node.reader.node.attributes["value"] else {
      return TypedArray(Tensor(shape: shape, repeating: 0))
    }
    guard value.shape.count == 1 else { throw node.reader.unsupported("value", "\(value.shape)") }
    return try value.picking([Int](repeating: 0, count: shape.count), shape: shape)
  }

  @Sendable private static func range(_ node: ConstantNode) throws -> TypedArray {
    let inputs = try node.inputs()
    guard inputs.count == 3, inputs.allSatisfy({ $0.shape.count == 1 }),
      Set(inputs.map(\.elementType)).count == 1
    else { throw node.mistyped(inputs) }
    let numbers = inputs.map { $0.doubles[0] }
    let count = max(0, ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up))
    guard numbers[2] != 0, count <= Double(largestCount) else {
      throw node.reader.unsupported("delta", "\(numbers[2])")
    }
    let shape: Shape = [Int(count)]
    if let start = inputs[0].integers, let step = inputs[2].integers {
      return try inputs[0].with(
        shape: shape, storage: .integer((0..<Int(count)).map { start[0] &+ $0 &* step[0] }))
    }
    let elements = (0..<Int(count)).map { numbers[0] + Double($0) * numbers[2] }
    return try TypedArray(shape: shape, doubles: elements).cast(to: inputs[0].elementType)
  }

  @Sendable private static func concat(_ node: ConstantNode) throws -> TypedArray {
    let inputs = try node.inputs()
    guard Set(inputs.map(\.elementType)).count == 1 else { throw node.mistyped(inputs) }
    let number = try Concat.axisNumber(node.reader)
    let whole = try node.shape(try Concat.shape(inputs.map(\.shape), number, node.reader).extents)
    let axis = try node.reader.axis(number, rank: whole.rank)
    let runs = inputs.map { $0.shape.extents[axis...].reduce(1, *) }
    let rows = whole.extents[..<axis].reduce(1, *)
    let starts = inputs.indices.map { input in inputs[..<input].reduce(0) { $0 + $1.shape.count } }
    let all = try joined(inputs)
    var positions: [Int] = []
    for row in 0..<rows {
      for (start, run) in zip(starts, runs) {
        positions.append(contentsOf: (start + row * run)..<(start + (row + 1) * run))
      }
    }
    return try all.picking(positions, shape: whole)
  }

  /// The elements of arrays of one type, one array after the other.
  private static func joined(_ inputs: [TypedArray]) throws -> TypedArray {
    let shape: Shape = [inputs.reduce(0) { $0 + $1.shape.count }]
    switch inputs[0].storage {
    case .integer:
      return try inputs[0].with(
        shape: shape, storage: .integer(inputs.flatMap { $0.integers ?? [] }))
    case .float32:
      return try inputs[0].with(
        shape: shape, storage: .float32(inputs.flatMap { $0.tensor?.scalars ?? [] }))
    case .float64:
      return try inputs[0].with(shape: shape, storage: .float64(inputs.flatMap(\.doubles)))
    }
  }

  @Sendable private static func expand(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let target = try node.reader.requiredIntegers(1, named: "shape")
    let shape = try Expand.shape(input.shape, to: target, node.reader)
    return try input.broadcast(to: try node.shape(shape.extents))
  }

  @Sendable private static func gather(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let indices = try node.reader.requiredIntegers(1, named: "indices")
    let number = try node.reader.int("axis", default: 0)
    let indexShape = try node.input(1).shape
    let found = try Gather.shape(input.shape, number, indices, indexShape, node.reader)
    let shape = try node.shape(found.extents)
    let axis = try node.reader.axis(number, rank: input.shape.rank)
    let extent = input.shape[axis]
    let run = input.shape.extents[(axis + 1)...].reduce(1, *)
    var positions: [Int] = []
    for row in 0..<input.shape.extents[..<axis].reduce(1, *) {
      for index in indices {
        let start = (row * extent + (index < 0 ? index + extent : index)) * run
        positions.append(contentsOf: start..<start + run)
      }
    }
    return try input.picking(positions, shape: shape)
  }

  @Sendable private static func reshape(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let target = try node.reader.requiredIntegers(1, named: "shape")
    let shape = try Reshape.shape(input.shape, to: target, node.reader)
    return try input.with(shape: shape, storage: input.storage)
  }

  @Sendable private static func squeeze(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let axes = try node.reader.integers(1, named: "axes")
    let shape = try Squeeze.shape(input.shape, without: axes, node.reader)
    return try input.with(shape: shape, storage: input.storage)
  }

  @Sendable private static func unsqueeze(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let axes = try node.reader.requiredIntegers(1, named: "axes")
    let shape = try Unsqueeze.shape(input.shape, with: axes, node.reader)
    return try input.with(shape: shape, storage: input.storage)
  }

  @Sendable private static func slice(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let region = try SliceBounds(node.reader).region(of: input.shape, node.reader)
    let strides = input.shape.strides
    let offset = zip(region.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let steps = zip(region.steps, strides).map { $0 * $1 }
    let positions = StridedLoop(extents: region.extents, steps: [steps]).offsets(of: 0)
    return try input.picking(positions.map { $0 + offset }, shape: Shape(region.extents))
  }

  @Sendable private static func transpose(_ node: ConstantNode) throws -> TypedArray {
    let input = try node.input(0)
    let order = try Transpose.order(of: input.shape, try node.reader.ints("perm"), node.reader)
    let strides = input.shape.strides
    let extents = order.map { input.shape[$0] }
    let loop = StridedLoop(extents: extents, steps: [order.map { strides[$0] }])
    return try input.picking(loop.offsets(of: 0), shape: Shape(extents))
  }
}
