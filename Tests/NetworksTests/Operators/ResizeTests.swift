import TestSupport
import Tensors
import Testing

@testable import Networks

/// Resize, and values repeated for a batch.
@Suite struct ResizeTests {
  typealias Input = OperatorHarness.Input

  private static func resized(
    _ x: Tensor, scales: [Float]? = nil, sizes: [Int]? = nil,
    _ attributes: [String: Attribute] = [:]
  ) throws -> OperatorHarness {
    var inputs: [Input] = [.computed(x), .absent]
    inputs.append(
      scales.map { scales in
        .constant(TypedArray(Tensor(shape: [scales.count]) { scales[$0] }))
      } ?? .absent)
    if let sizes { inputs.append(.constant(TypedArray(sizes))) }
    return try OperatorHarness("Resize", inputs, attributes)
  }

  private static func text(_ mode: String, _ coordinates: String) -> [String: Attribute] {
    ["mode": .string(mode), "coordinate_transformation_mode": .string(coordinates)]
  }

  @Test("The examples of ONNX's documentation come out")
  func examples() throws {
    let x = try Tensor(shape: [1, 1, 2, 2], scalars: [1, 2, 3, 4])
    let doubled = try Self.resized(x, scales: [1, 1, 2, 2], Self.text("linear", "half_pixel"))
    #expect(
      doubled.forward()[0].scalars == [
        1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4,
      ])
    let corners = try Self.resized(x, scales: [1, 1, 2, 2], Self.text("linear", "align_corners"))
    #expect(
      isClose(
        corners.forward()[0],
        try Tensor(
          shape: [1, 1, 4, 4],
          scalars: [
            1, 1.333_333_3, 1.666_666_6, 2, 1.666_666_6, 2, 2.333_333_3, 2.666_666_7, 2.333_333_3,
            2.666_666_7, 3, 3.333_333_3, 3, 3.333_333_3, 3.666_666_7, 4,
          ]), 1e-6))
    let nearest = try Self.resized(x, scales: [1, 1, 2, 3], ["mode": .string("nearest")])
    #expect(
      nearest.forward()[0].scalars == [
        1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4,
      ])
    let grid = try Tensor(shape: [1, 1, 2, 4], scalars: [1, 2, 3, 4, 5, 6, 7, 8])
    let smaller = try Self.resized(
      grid, scales: [1, 1, 0.6, 0.6], Self.text("linear", "half_pixel"))
    #expect(
      isClose(
        smaller.forward()[0],
        try Tensor(shape: [1, 1, 1, 2], scalars: [2.666_666_5, 4.333_333_5]),
        1e-5))
    let cornered = try Self.resized(
      grid, scales: [1, 1, 0.6, 0.6], Self.text("linear", "align_corners"))
    let between = try Tensor(shape: [1, 1, 1, 2], scalars: [1, 3.142_857])
    #expect(isClose(cornered.forward()[0], between, 1e-5))
    let few = try Self.resized(grid, scales: [1, 1, 0.6, 0.6], ["mode": .string("nearest")])
    #expect(few.forward()[0].scalars == [1, 3])
  }

  @Test("Sizes for some axes leave the others")
  func axes() throws {
    let x = random([2, 3, 2, 2], seed: 1)
    let some = try Self.resized(
      x, sizes: [4, 5],
      Self.text("linear", "half_pixel").merging(["axes": .ints([2, 3])]) { first, _ in first })
    let all = try Self.resized(x, sizes: [2, 3, 4, 5], Self.text("linear", "half_pixel"))
    #expect(some.outputShapes == [[2, 3, 4, 5]])
    #expect(some.forward() == all.forward())
  }

  @Test(
    "Gradients agree with central differences in both layouts",
    arguments: [
      ("linear", "half_pixel"), ("linear", "align_corners"), ("nearest", "asymmetric"),
      ("linear", "pytorch_half_pixel"), ("linear", "half_pixel_symmetric"),
    ])
  func gradients(_ mode: String, _ coordinates: String) throws {
    let x = random([2, 2, 3, 2], seed: 2)
    for sizes in [[2, 2, 5, 3], [2, 2, 2, 2], [2, 2, 3, 4]] {
      try Self.resized(x, sizes: sizes, Self.text(mode, coordinates)).expectGradients()
    }
    try Self.resized(random([4, 3], seed: 1), sizes: [6, 2], Self.text(mode, coordinates))
      .expectGradients()
  }

  @Test("What is not supported is refused")
  func refused() {
    let x = counting([1, 1, 2, 2])
    #expect(throws: GraphError.self) {
      try Self.resized(x, scales: [1, 1, 2, 2], ["mode": .string("cubic")])
    }
    #expect(throws: GraphError.self) { try Self.resized(x) }
    #expect(throws: GraphError.self) { try Self.resized(x, scales: [1, 1, 2]) }
    #expect(throws: GraphError.self) { try Self.resized(x, scales: [1, 1, 0, 2]) }
    #expect(throws: GraphError.self) { try Self.resized(x, scales: [1, 1, 2, 1e30]) }
    #expect(throws: GraphError.self) {
      try Self.resized(x, sizes: [1, 1, 2, 4], ["antialias": .int(1)])
    }
  }

  @Test("A value is repeated for every example, and its gradient is their sum")
  func batchExpand() throws {
    let token = random([1, 2, 3], seed: 4)
    let harness = try OperatorHarness(
      "BatchExpand", [.computed(token), .computed(random([4, 5], seed: 1))])
    #expect(harness.outputShapes == [[4, 2, 3]])
    let repeated = (0..<4).flatMap { _ in token.scalars }
    #expect(harness.forward()[0].scalars == repeated)
    let gradients = harness.backward([Tensor(shape: [4, 2, 3]) { Float($0) }])
    // 4·i + 6·(0 + 1 + 2 + 3).
    let sums: [Float] = [36, 40, 44, 48, 52, 56]
    #expect(gradients[0]?.scalars == sums)
    #expect(gradients[1]?.scalars.allSatisfy { $0 == 0 } ?? false)
    #expect(throws: GraphError.self) {
      try OperatorHarness("BatchExpand", [.computed(counting([2, 3])), .computed(token)])
    }
  }
}
