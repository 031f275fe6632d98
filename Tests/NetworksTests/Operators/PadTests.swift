import Tensors
import Testing

@testable import Networks

@Suite struct PadTests {
  typealias Input = OperatorHarness.Input

  static func pad(
    _ x: Tensor, _ pads: [Int], _ mode: String, value: Float? = nil, axes: [Int]? = nil
  ) throws -> OperatorHarness {
    let constant = value.map { Input.constant(TypedArray(Tensor(shape: [], repeating: $0))) }
    return try OperatorHarness(
      "Pad", [.computed(x), RegionTests.list(pads), constant ?? .absent, RegionTests.list(axes)],
      ["mode": .string(mode)])
  }

  @Test(arguments: [
    ("constant", [7, 7, 0, 1, 2, 3, 7]), ("reflect", [2, 1, 0, 1, 2, 3, 2]),
    ("edge", [0, 0, 0, 1, 2, 3, 3]), ("wrap", [2, 3, 0, 1, 2, 3, 0]),
  ])
  func bordersHoldWhatTheModeSays(_ mode: String, _ expected: [Float]) throws {
    #expect(try Self.pad(counting([4]), [2, 1], mode, value: 7).forward()[0].scalars == expected)
  }

  @Test(arguments: [
    ("constant", [2, 3, 0, 0]), ("reflect", [2, 3, 2, 3]), ("edge", [2, 3, 3, 3]),
    ("wrap", [2, 3, 2, 3]),
  ])
  func negativePadsCropBeforeTheRestIsPadded(_ mode: String, _ expected: [Float]) throws {
    #expect(try Self.pad(counting([4]), [-1, -1], mode).forward()[0].scalars == [1, 2])
    #expect(try Self.pad(counting([4]), [-2, 2], mode).forward()[0].scalars == expected)
  }

  @Test(arguments: ["constant", "reflect", "edge", "wrap"])
  func gradientsGoWhereValuesCameFrom(_ mode: String) throws {
    let x = random([2, 3, 4, 5], seed: 9)
    try Self.pad(x, [0, 0, 1, 2, 0, 0, 2, 1], mode, value: 3).expectGradients()
    try Self.pad(x, [-1, 2], mode, axes: [-1]).expectGradients()
    try Self.pad(x, [0, 1, 0, 0, 0, 2, 0, 0], mode).expectGradients()
    try Self.pad(x, [1, -2, 2, 1], mode, axes: [2, 1]).expectGradients()
  }

  @Test func bordersWiderThanTheInputGoOn() throws {
    #expect(
      try Self.pad(counting([3]), [5, 4], "reflect").forward()[0].scalars
        == [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2])
    #expect(
      try Self.pad(counting([2]), [3, 2], "wrap").forward()[0].scalars == [1, 0, 1, 0, 1, 0, 1])
    #expect(try Self.pad(counting([1]), [2, 1], "reflect").forward()[0].scalars == [0, 0, 0, 0])
  }

  @Test func emptyInputsPadToTheConstantOnly() throws {
    let x = Tensor(shape: [0, 2])
    #expect(
      try Self.pad(x, [1, 0, 1, 0], "constant", value: 4).forward()[0].scalars == [4, 4, 4, 4])
    #expect(try Self.pad(x, [0, 1, 0, 0], "edge").forward()[0].shape == [0, 3])
    #expect(throws: GraphError.self) { try Self.pad(x, [1, 0, 0, 0], "edge") }
    // All is taken away at one end, and something put in at the other.
    #expect(
      try Self.pad(counting([3]), [-5, 4], "constant", value: 1).forward()[0].scalars == [1, 1])
  }

  @Test func absurdPadsAreRefused() {
    for pads in [[-2, -2], [Int.max, 1], [Int.min, Int.max], [1], [1 << 41, 0], [0, 0, 0, 0]] {
      #expect(throws: GraphError.self) { try Self.pad(counting([3]), pads, "constant") }
    }
    #expect(throws: GraphError.self) { try Self.pad(counting([3]), [1, 1], "mirror") }
  }
}
