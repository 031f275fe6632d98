import Tensors
import Testing

@testable import Networks

@Suite struct ConstantOperatorsTests {
  static func evaluate(
    _ type: String, _ inputs: [TypedArray?], _ attributes: [String: Attribute] = [:]
  ) throws -> TypedArray? {
    let node = Node(
      name: "n", operatorType: type,
      inputs: inputs.indices.map { inputs[$0] == nil ? "" : "i\($0)" },
      outputs: ["o"], attributes: attributes)
    return try ConstantOperators.evaluate(
      node, inputs: inputs, inputShapes: inputs.map { $0?.shape })?.first
  }

  static func scalar(_ integer: Int, _ type: ElementType = .int64) throws -> TypedArray {
    try TypedArray(shape: [], integers: [integer], elementType: type)
  }

  static func floats(_ scalars: [Float]) throws -> TypedArray {
    TypedArray(try Tensor(shape: [scalars.count], scalars: scalars))
  }

  @Test func integersDivideTowardZero() throws {
    let quotient = try Self.evaluate(
      "Div", [TypedArray([7, -7, 7, Int.min]), TypedArray([2, 2, -2, -1])])
    #expect(quotient?.integers == [3, -3, -3, Int.min])
    #expect(throws: GraphError.self) {
      try Self.evaluate("Div", [TypedArray([1]), TypedArray([0])])
    }
    let real = try Self.evaluate("Div", [try Self.floats([7, -7]), try Self.floats([2])])
    #expect(real?.tensor?.scalars == [3.5, -3.5])
  }

  @Test func arithmeticBroadcastsAndWraps() throws {
    let column = try TypedArray(shape: [2, 1], integers: [10, 20])
    let sum = try Self.evaluate("Add", [column, TypedArray([1, 2, 3])])
    #expect(try sum == TypedArray(shape: [2, 3], integers: [11, 12, 13, 21, 22, 23]))
    #expect(try Self.evaluate("Sub", [column, column])?.integers == [0, 0])
    #expect(try Self.evaluate("Mul", [TypedArray([Int.max]), TypedArray([2])])?.integers == [-2])
    let small = try Self.scalar(1 << 30, .int32)
    #expect(
      try Self.evaluate("Mul", [small, try Self.scalar(4, .int32)]) == Self.scalar(0, .int32))
    #expect(try Self.evaluate("Neg", [TypedArray([3, Int.min])])?.integers == [-3, Int.min])
    #expect(try Self.evaluate("Max", [TypedArray([3, 1]), TypedArray([2])])?.integers == [3, 2])
    #expect(try Self.evaluate("Min", [TypedArray([3, 1])])?.integers == [3, 1])
    #expect(try Self.evaluate("Floor", [try Self.floats([-1.5])])?.tensor?.scalars == [-2])
    #expect(try Self.evaluate("Ceil", [try Self.floats([-1.5])])?.tensor?.scalars == [-1])
    #expect(throws: GraphError.self) { try Self.evaluate("Add", [column, small]) }
    #expect(throws: GraphError.self) {
      try Self.evaluate("Add", [TypedArray([1, 2]), TypedArray([1, 2, 3])])
    }
  }

  @Test func theProductOfNothingIsOne() throws {
    let none = TypedArray(try Tensor(shape: [2, 0, 4], scalars: []))
    let product = try Self.evaluate("ReduceProd", [none, TypedArray([1])], ["keepdims": .int(1)])
    #expect(product == TypedArray(Tensor(shape: [2, 1, 4], repeating: 1)))
    let sum = try Self.evaluate(
      "Add", [none, TypedArray(Tensor(shape: [3, 2, 1, 4], repeating: 1))])
    #expect(sum?.shape == [3, 2, 0, 4])
  }

  @Test(arguments: ["Min", "Max"])
  func whatIsComparedWithNaNIsNaN(_ type: String) throws {
    let (numbers, others) = (try Self.floats([.nan, 1, 2]), try Self.floats([1, .nan, 3]))
    let scalars = try Self.evaluate(type, [numbers, others])?.tensor?.scalars
    #expect(scalars?.map(\.isNaN) == [true, true, false])
    #expect(scalars?.last == (type == "Min" ? 2 : 3))
  }

  @Test func comparisonsAndChoices() throws {
    let equal = try Self.evaluate("Equal", [TypedArray([1, -1]), TypedArray([-1])])
    #expect(try equal == TypedArray(shape: [2], integers: [0, 1], elementType: .bool))
    let chosen = try Self.evaluate("Where", [equal, TypedArray([5]), TypedArray([7, 8])])
    #expect(chosen?.integers == [7, 5])
    let reals = try Self.evaluate("Where", [equal, Self.floats([1]), Self.floats([2, 3])])
    #expect(reals?.tensor?.scalars == [2, 1])
    #expect(throws: GraphError.self) {
      try Self.evaluate("Where", [equal, TypedArray([5]), Self.floats([2, 3])])
    }
  }

  @Test func shapesAreMeasured() throws {
    let data = TypedArray(counting([2, 3, 4]))
    #expect(try Self.evaluate("Shape", [data])?.integers == [2, 3, 4])
    #expect(
      try Self.evaluate("Shape", [data], ["start": .int(-2), "end": .int(9)])?.integers == [3, 4])
    #expect(try Self.evaluate("Shape", [data], ["start": .int(Int.max)])?.integers == [])
    #expect(try Self.evaluate("Size", [data]) == Self.scalar(24))
    let node = Node(name: "n", operatorType: "Shape", inputs: ["x"], outputs: ["o"])
    let measured = try ConstantOperators.evaluate(node, inputs: [nil], inputShapes: [[5, 0]])
    #expect(measured?.first?.integers == [5, 0])
  }

  @Test func constantsAreMade() throws {
    #expect(
      try Self.evaluate("Constant", [], ["value_ints": .ints([3, 4])]) == TypedArray([3, 4]))
    #expect(
      try Self.evaluate("Constant", [], ["value_float": .float(2)])
        == TypedArray(Tensor(shape: [], repeating: 2)))
    #expect(
      try Self.evaluate("Constant", [], ["value_floats": .floats([2, 3])]) == Self.floats([2, 3]))
    #expect(throws: GraphError.self) { try Self.evaluate("Constant", []) }
    let filled = try Self.evaluate(
      "ConstantOfShape", [TypedArray([2, 2])], ["value": .array(TypedArray([-1]))])
    #expect(try filled == TypedArray(shape: [2, 2], integers: [-1, -1, -1, -1]))
    for extents in [[1 << 40, 1 << 40], [-1], [1 << 29]] {
      #expect(throws: GraphError.self) {
        try Self.evaluate("ConstantOfShape", [TypedArray(extents)])
      }
    }
  }

  @Test func rangesCountUpAndDown() throws {
    func range(_ start: Int, _ limit: Int, _ delta: Int) throws -> [Int]? {
      try Self.evaluate("Range", [Self.scalar(start), Self.scalar(limit), Self.scalar(delta)])?
        .integers
    }
    #expect(try range(1, 8, 3) == [1, 4, 7])
    #expect(try range(5, 0, -2) == [5, 3, 1])
    #expect(try range(5, 0, 1) == [])
    #expect(throws: GraphError.self) { try range(0, Int.max, 1) }
    #expect(throws: GraphError.self) { try range(0, 5, 0) }
    #expect(throws: GraphError.self) { try range(0, 0, 0) }
  }

  @Test func castsTruncate() throws {
    let reals = try Self.floats([-1.7, 2.9, 0, .nan, 1e30])
    #expect(try Self.evaluate("Cast", [reals], ["to": .int(7)])?.integers == [-1, 2, 0, 0, 0])
    #expect(try Self.evaluate("Cast", [reals], ["to": .int(9)])?.integers == [1, 1, 0, 1, 1])
    #expect(try Self.evaluate("Cast", [TypedArray([300])], ["to": .int(2)])?.integers == [44])
    #expect(
      try Self.evaluate("Cast", [TypedArray([3])], ["to": .int(1)]) == Self.floats([3]))
    #expect(try Self.evaluate("Cast", [TypedArray([3])], ["to": .int(11)])?.doubles == [3])
  }

  @Test func elementsMove() throws {
    let data = try TypedArray(shape: [2, 3], integers: [0, 1, 2, 3, 4, 5], elementType: .int32)
    #expect(
      try Self.evaluate("Transpose", [data])
        == TypedArray(shape: [3, 2], integers: [0, 3, 1, 4, 2, 5], elementType: .int32))
    #expect(
      try Self.evaluate("Concat", [data, data], ["axis": .int(1)])?.integers
        == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    let slice = try Self.evaluate(
      "Slice", [data, TypedArray([-1]), TypedArray([-9]), TypedArray([1]), TypedArray([-2])])
    #expect(slice?.integers == [2, 0, 5, 3])
    #expect(
      try Self.evaluate("Gather", [data, TypedArray([-1])], ["axis": .int(0)])?.shape == [1, 3])
    #expect(
      try Self.evaluate("Expand", [TypedArray([7]), TypedArray([2, 2])])?.integers == [7, 7, 7, 7])
    #expect(try Self.evaluate("Reshape", [data, TypedArray([-1, 2])])?.shape == [3, 2])
    #expect(try Self.evaluate("Unsqueeze", [data, TypedArray([0, 3])])?.shape == [1, 2, 3, 1])
    #expect(try Self.evaluate("Squeeze", [TypedArray([7])])?.shape == [])
    #expect(throws: GraphError.self) {
      try Self.evaluate("Concat", [data, TypedArray(counting([2, 3]))], ["axis": .int(1)])
    }
  }

  @Test func productsReduce() throws {
    let data = try TypedArray(shape: [2, 3], integers: [1, 2, 3, 4, 5, 6])
    #expect(try Self.evaluate("ReduceProd", [data])?.shape == [1, 1])
    #expect(
      try Self.evaluate("ReduceProd", [data], ["keepdims": .int(0)]) == Self.scalar(720))
    #expect(
      try Self.evaluate("ReduceProd", [data, TypedArray([-2])], ["keepdims": .int(0)])
        == TypedArray([4, 10, 18]))
    #expect(
      try Self.evaluate("ReduceProd", [data], ["noop_with_empty_axes": .int(1)]) == data)
    #expect(
      try Self.evaluate("ReduceProd", [Self.floats([2, 0.5, 3])])?.tensor?.scalars == [3])
  }

  @Test func whatIsNotConstantIsLeft() throws {
    let node = Node(name: "n", operatorType: "Add", inputs: ["a", "b"], outputs: ["o"])
    #expect(
      try ConstantOperators.evaluate(
        node, inputs: [TypedArray([1]), nil], inputShapes: [[1], [1]])
        == nil)
    #expect(try Self.evaluate("Relu", [Self.floats([1])]) == nil)
  }
}
