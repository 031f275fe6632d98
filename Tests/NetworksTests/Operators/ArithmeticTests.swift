import Tensors
import Testing

@testable import Networks

@Suite struct ArithmeticTests {
  static let shapes: [(Shape, Shape)] = [
    ([], []), ([3], []), ([], [2, 3]), ([2, 3], [3]), ([2, 1], [1, 4]), ([2, 3, 4, 5], [3, 1, 1]),
    ([1, 3, 1, 1], [2, 3, 4, 5]), ([2, 3, 4, 5], [2, 3, 4, 5]), ([2, 3, 4, 5], [5]),
    ([2, 3, 1, 5], [2, 1, 4, 1]), ([2, 1, 1, 3, 2], [4, 1, 2]), ([0, 3], [1, 3]), ([2, 0], [1]),
  ]

  static func value(_ type: String, _ a: Float, _ b: Float) -> Float {
    switch type {
    case "Add": a + b
    case "Sub": a - b
    case "Mul": a * b
    default: a / b
    }
  }

  /// The element of a tensor that broadcasts, at a position of the whole.
  static func element(_ tensor: Tensor, _ whole: Shape, _ index: Int) -> Float {
    var place = 0
    for axis in 0..<tensor.shape.rank {
      let outer = axis + whole.rank - tensor.shape.rank
      let position = index / whole.strides[outer] % whole[outer]
      place += (tensor.shape[axis] == 1 ? 0 : position) * tensor.shape.strides[axis]
    }
    return tensor.scalars[place]
  }

  @Test(arguments: ["Add", "Sub", "Mul", "Div"])
  func operandsBroadcastAsInNumPy(_ type: String) throws {
    for (left, right) in Self.shapes {
      let (a, b) = (random(left, seed: 1), random(right, seed: 2))
      let harness = try OperatorHarness(type, [.computed(a), .computed(b)])
      let whole = harness.outputShapes[0]
      #expect(whole == left.broadcast(with: right))
      let expected = Tensor(shape: whole) {
        Self.value(type, Self.element(a, whole, $0), Self.element(b, whole, $0))
      }
      #expect(isClose(harness.forward()[0], expected, 1e-6), "\(type) \(left) \(right)")
      #expect(
        isClose(harness.forward(.channelsLast)[0], expected, 1e-6), "\(type) \(left) \(right)")
    }
  }

  @Test(arguments: ["Add", "Sub", "Mul"])
  func gradientsAreSummedOverRepeatedAxes(_ type: String) throws {
    for (left, right) in Self.shapes {
      try OperatorHarness(
        type, [.computed(random(left, seed: 3)), .computed(random(right, seed: 4))]
      )
      .expectGradients()
    }
  }

  @Test func gradientsOfDivisionAreSummedOverRepeatedAxes() throws {
    for (left, right) in Self.shapes {
      // Away from the pole, where differences are no slopes.
      let divisor = Tensor(shape: right) { 1.5 + Float($0 % 5) / 4 }
      try OperatorHarness("Div", [.computed(random(left, seed: 3)), .computed(divisor)])
        .expectGradients()
    }
  }

  @Test func constantsOfLowerRankFollowTheLayout() throws {
    let scale = TypedArray(random([3, 1, 1], seed: 6))
    try OperatorHarness("Mul", [.computed(random([2, 3, 2, 4], seed: 5)), .constant(scale)])
      .expectGradients()
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let (a, b) = (random([3, 70_001], seed: 1), random([70_001], seed: 2))
    var harness = try OperatorHarness("Mul", [.computed(a), .computed(b)])
    harness.pool = WorkerPool(threads: 1)
    let alone = (harness.forward(), harness.backward([a]))
    harness.pool = WorkerPool(threads: 5)
    let together = (harness.forward(), harness.backward([a]))
    #expect(alone.0 == together.0 && alone.1 == together.1)
    #expect(alone.0[0].scalars[140_005] == a.scalars[140_005] * b.scalars[3])
  }

  @Test func shapesThatDoNotBroadcastAreRefused() {
    #expect(throws: GraphError.self) {
      try OperatorHarness(
        "Add", [.computed(Tensor(shape: [2, 3])), .computed(Tensor(shape: [2]))])
    }
  }

  @Test func integerConstantsAreRefused() {
    #expect(throws: GraphError.self) {
      try OperatorHarness("Add", [.computed(Tensor(shape: [2])), .constant(TypedArray([1, 2]))])
    }
  }
}
