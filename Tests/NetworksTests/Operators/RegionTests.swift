import Tensors
import Testing

@testable import Networks

/// Concat, Split, Slice and Expand.
@Suite struct RegionTests {
  static func list(_ integers: [Int]?) -> OperatorHarness.Input {
    integers.map { .constant(TypedArray($0)) } ?? .absent
  }

  @Test func concatenationKeepsTheOrder() throws {
    let (a, b) = (counting([2, 1, 3]), Tensor(shape: [2, 2, 3]) { -Float($0) })
    let harness = try OperatorHarness(
      "Concat", [.computed(a), .computed(b)], ["axis": .int(-2)])
    #expect(
      try harness.forward()[0]
        == Tensor(
          shape: [2, 3, 3],
          scalars: [0, 1, 2, 0, -1, -2, -3, -4, -5, 3, 4, 5, -6, -7, -8, -9, -10, -11]))
  }

  @Test(arguments: 0..<4)
  func gradientsOfConcatenationGoToTheirParts(_ axis: Int) throws {
    var extents = [[2, 3, 4, 5], [2, 3, 4, 5], [2, 3, 4, 5]]
    extents[1][axis] = 0
    extents[2][axis] = 1
    let inputs = extents.enumerated().map {
      OperatorHarness.Input.computed(random(Shape($0.element), seed: UInt64($0.offset)))
    }
    try OperatorHarness("Concat", inputs, ["axis": .int(axis)]).expectGradients()
  }

  @Test func partsThatDoNotFitAreRefused() {
    let part = OperatorHarness.Input.computed(Tensor(shape: [2, 3]))
    for (other, axis) in [([2, 4], 0), ([2], 0), ([2, 3], 2), ([2, 3], Int.min)] {
      #expect(throws: GraphError.self) {
        try OperatorHarness(
          "Concat", [part, .computed(Tensor(shape: Shape(other)))], ["axis": .int(axis)])
      }
    }
    #expect(throws: GraphError.self) { try OperatorHarness("Concat", [part, part]) }
    #expect(throws: GraphError.self) { try OperatorHarness("Concat", [], ["axis": .int(0)]) }
  }

  @Test func splitsAreUnevenWhereTheyMustBe() throws {
    let x = OperatorHarness.Input.computed(random([2, 7, 2, 3], seed: 4))
    func extents(_ sizes: [Int]?, _ outputs: Int) throws -> [Int] {
      let harness = try OperatorHarness(
        "Split", [x, Self.list(sizes)], ["axis": .int(1)], outputs: outputs)
      harness.expectGradients()
      return harness.outputShapes.map { $0[1] }
    }
    #expect(try extents(nil, 3) == [3, 3, 1])
    #expect(try extents(nil, 7) == [1, 1, 1, 1, 1, 1, 1])
    #expect(try extents([4, 0, 3], 3) == [4, 0, 3])
    for sizes in [[4, 4], [8, -1], [Int.max, 1], [7]] {
      #expect(throws: GraphError.self) { try extents(sizes, 2) }
    }
    #expect(throws: GraphError.self) { try extents(nil, 5) }
  }

  /// What ONNX's clamping leaves of 0..<extent, position by position.
  static func positions(_ extent: Int, _ start: Int, _ end: Int, _ step: Int) -> [Int] {
    var (first, last) = (start < 0 ? start + extent : start, end < 0 ? end + extent : end)
    first = step > 0 ? max(0, min(extent, first)) : max(0, min(extent - 1, first))
    last = step > 0 ? max(0, min(extent, last)) : max(-1, min(extent - 1, last))
    return Array(stride(from: first, to: last, by: step))
  }

  @Test(arguments: [
    (0, 5, 1), (1, 4, 2), (-3, -1, 1), (4, 0, -1), (-1, Int.min, -1), (-1, -100, -2), (3, 1, 1),
    (0, Int.max, 3), (100, 200, 1), (-100, 2, 1), (4, -100, Int.min), (0, 5, Int.max), (2, 2, -1),
  ])
  func slicesAreClamped(_ start: Int, _ end: Int, _ step: Int) throws {
    let harness = try OperatorHarness(
      "Slice",
      [
        .computed(counting([2, 5, 3])), Self.list([start]), Self.list([end]), Self.list([-2]),
        Self.list([step]),
      ])
    let taken = step == Int.min ? [4] : step == Int.max ? [0] : Self.positions(5, start, end, step)
    let expected = (0..<2).flatMap { row in
      taken.flatMap { position in (0..<3).map { Float((row * 5 + position) * 3 + $0) } }
    }
    #expect(harness.outputShapes == [[2, taken.count, 3]])
    #expect(harness.forward()[0].scalars == expected)
  }

  @Test func gradientsOfSlicesAreScattered() throws {
    let x = OperatorHarness.Input.computed(random([2, 4, 3, 5], seed: 4))
    try OperatorHarness(
      "Slice",
      [
        x, Self.list([0, 3, -1]), Self.list([2, -10, -6]), Self.list([0, 1, 3]),
        Self.list([1, -1, -2]),
      ]
    ).expectGradients()
    try OperatorHarness("Slice", [x, Self.list([1]), Self.list([2])]).expectGradients()
  }

  @Test func slicesThatMeanNothingAreRefused() {
    let x = OperatorHarness.Input.computed(Tensor(shape: [2, 3]))
    for (starts, ends, axes, steps): ([Int], [Int], [Int]?, [Int]?) in [
      ([0], [1, 2], nil, nil), ([0, 0], [1, 1], [0, -2], nil), ([0], [1], [2], nil),
      ([0], [1], [0], [0]), ([0, 0, 0], [1, 1, 1], nil, nil), ([0], [1], [0], [1, 1]),
    ] {
      #expect(throws: GraphError.self) {
        try OperatorHarness(
          "Slice", [x, Self.list(starts), Self.list(ends), Self.list(axes), Self.list(steps)])
      }
    }
    #expect(throws: GraphError.self) { try OperatorHarness("Slice", [x]) }
    #expect(throws: GraphError.self) {
      try OperatorHarness("Slice", [x, .computed(counting([1])), Self.list([1])])
    }
  }

  @Test func expansionRepeats() throws {
    let harness = try OperatorHarness(
      "Expand", [.computed(counting([2, 1])), Self.list([2, 1, 3])])
    #expect(harness.outputShapes == [[2, 2, 3]])
    #expect(harness.forward()[0].scalars == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])
    harness.expectGradients()
    try OperatorHarness(
      "Expand", [.computed(random([2, 3, 1, 1], seed: 2)), Self.list([1, 4, 5])]
    ).expectGradients()
    for target in [[3, 3], [-1, 2], [1 << 62, 4, 2, 1], [2, Int.max]] {
      #expect(throws: GraphError.self) {
        try OperatorHarness("Expand", [.computed(counting([2, 1])), Self.list(target)])
      }
    }
  }
}
