import Tensors
import Testing

@testable import Networks

/// Reshape, Flatten, Squeeze, Unsqueeze, Transpose and Gather.
@Suite struct ReshapeTests {
  typealias Input = OperatorHarness.Input

  static func reshaped(_ shape: Shape, _ target: [Int], allowZero: Int = 0) throws -> Shape {
    let harness = try OperatorHarness(
      "Reshape", [.computed(counting(shape)), RegionTests.list(target)],
      ["allowzero": .int(allowZero)])
    #expect(harness.forward()[0].scalars == counting(shape).scalars)
    return harness.outputShapes[0]
  }

  @Test func targetsCopyAndInfer() throws {
    #expect(try Self.reshaped([2, 3, 4], [0, -1]) == [2, 12])
    #expect(try Self.reshaped([2, 3, 4], [4, -1, 3]) == [4, 2, 3])
    #expect(try Self.reshaped([2, 3, 4], [-1]) == [24])
    #expect(try Self.reshaped([2, 3, 4], [-1, 3, 1]) == [8, 3, 1])
    #expect(try Self.reshaped([1, 1], []) == [])
    #expect(try Self.reshaped([], [1, -1]) == [1, 1])
  }

  @Test func emptyTensorsReshape() throws {
    #expect(try Self.reshaped([0, 3, 4], [0, -1]) == [0, 12])
    #expect(try Self.reshaped([0, 3, 4], [-1, 12]) == [0, 12])
    #expect(try Self.reshaped([0, 3], [3, 0], allowZero: 1) == [3, 0])
  }

  @Test func targetsThatDoNotFitAreRefused() {
    for (target, allowZero) in [
      ([5, -1], 0), ([2, 3, 5], 0), ([-1, -1], 0), ([-2, 12], 0), ([2, 3, 4, 0], 0),
      ([0, 24], 1), ([0, -1], 1), ([1 << 40, 1 << 40], 0), ([Int.max, -1], 0),
    ] {
      #expect(throws: GraphError.self) {
        try Self.reshaped([2, 3, 4], target, allowZero: allowZero)
      }
    }
  }

  @Test func reshapingCarriesGradients() throws {
    let x = Input.computed(random([2, 3, 2, 4], seed: 1))
    try OperatorHarness("Reshape", [x, RegionTests.list([6, -1])]).expectGradients()
    try OperatorHarness("Flatten", [x]).expectGradients()
    try OperatorHarness("Unsqueeze", [x, RegionTests.list([0, -1])]).expectGradients()
    let thin = Input.computed(random([2, 1, 3, 1], seed: 1))
    try OperatorHarness("Squeeze", [thin, RegionTests.list([-1])]).expectGradients()
  }

  @Test func flatteningTakesAnyAxis() throws {
    let cases: [(Int, Shape)] = [
      (0, [1, 120]), (1, [2, 60]), (3, [24, 5]), (4, [120, 1]), (-1, [24, 5]), (-4, [1, 120]),
    ]
    for (axis, expected) in cases {
      let harness = try OperatorHarness(
        "Flatten", [.computed(counting([2, 3, 4, 5]))], ["axis": .int(axis)])
      #expect(harness.outputShapes == [expected])
    }
    for axis in [5, -5, Int.min, Int.max] {
      #expect(throws: GraphError.self) {
        try OperatorHarness(
          "Flatten", [.computed(counting([2, 3, 4, 5]))], ["axis": .int(axis)])
      }
    }
  }

  @Test func axesOfOneComeAndGo() throws {
    func shape(_ type: String, _ shape: Shape, _ axes: [Int]?) throws -> Shape {
      try OperatorHarness(type, [.computed(counting(shape)), RegionTests.list(axes)])
        .outputShapes[0]
    }
    #expect(try shape("Squeeze", [1, 3, 1, 2], nil) == [3, 2])
    #expect(try shape("Squeeze", [1, 3, 1, 2], [-2]) == [1, 3, 2])
    #expect(try shape("Squeeze", [1], [0]) == [])
    #expect(try shape("Unsqueeze", [3, 2], [-1, 0]) == [1, 3, 2, 1])
    #expect(try shape("Unsqueeze", [], [0]) == [1])
    for axes in [[1], [4], [0, 0], [Int.min]] {
      #expect(throws: GraphError.self) { try shape("Squeeze", [1, 3, 1, 2], axes) }
    }
    for axes in [[3], [0, -4], [Int.max]] {
      #expect(throws: GraphError.self) { try shape("Unsqueeze", [3, 2], axes) }
    }
  }

  @Test func transpositionReordersAxes() throws {
    let x = counting([2, 3, 4])
    let harness = try OperatorHarness("Transpose", [.computed(x)], ["perm": .ints([2, 0, 1])])
    #expect(harness.outputShapes == [[4, 2, 3]])
    let expected = Tensor(shape: [4, 2, 3]) { Float($0 % 6 / 3 * 12 + $0 % 3 * 4 + $0 / 6) }
    #expect(harness.forward() == [expected])
    #expect(try OperatorHarness("Transpose", [.computed(x)]).outputShapes == [[4, 3, 2]])
    try OperatorHarness(
      "Transpose", [.computed(random([2, 3, 4, 2], seed: 1))], ["perm": .ints([0, 3, 1, 2])]
    ).expectGradients()
    for permutation in [[0, 1], [0, 1, 1], [0, 1, 3], [0, 1, 2, 3]] {
      #expect(throws: GraphError.self) {
        try OperatorHarness("Transpose", [.computed(x)], ["perm": .ints(permutation)])
      }
    }
  }

  @Test func gatheringPicksAndScatters() throws {
    let x = counting([3, 4])
    let picked = try TypedArray(shape: [2, 1], integers: [-1, 1])
    let harness = try OperatorHarness(
      "Gather", [.computed(x), .constant(picked)], ["axis": .int(1)])
    #expect(harness.outputShapes == [[3, 2, 1]])
    #expect(harness.forward()[0].scalars == [3, 1, 7, 5, 11, 9])
    let scalar = try TypedArray(shape: [], integers: [2])
    #expect(
      try OperatorHarness("Gather", [.computed(x), .constant(scalar)]).forward()
        == [Tensor(shape: [4], scalars: [8, 9, 10, 11])])
    // An index that comes twice gathers both gradients.
    try OperatorHarness(
      "Gather", [.computed(random([2, 3, 2, 2], seed: 1)), RegionTests.list([0, 2, 0, -3])],
      ["axis": .int(1)]
    ).expectGradients()
    for index in [4, -5, Int.min] {
      #expect(throws: GraphError.self) {
        try OperatorHarness(
          "Gather", [.computed(x), RegionTests.list([index])], ["axis": .int(1)])
      }
    }
  }
}
