import TestSupport
import Tensors
import Testing

@testable import Networks

@Suite struct LayerNormalizationTests {
  typealias Input = OperatorHarness.Input

  private static func harness(
    _ shape: Shape, axis: Int, shift: Bool = true, outputs: Int = 1, offset: Float = 0
  ) throws -> OperatorHarness {
    let first = axis < 0 ? axis + shape.rank : axis
    let line = Shape(Array(shape.extents[first...]))
    let x = random(shape, seed: 3)
    return try OperatorHarness(
      "LayerNormalization",
      [
        .computed(Tensor(shape: shape) { x.scalars[$0] + offset }),
        .computed(random(line, seed: 4)), shift ? .computed(random(line, seed: 5)) : .absent,
      ], ["axis": .int(axis), "epsilon": .float(1e-3)], outputs: outputs)
  }

  @Test("Outputs, means and factors are those of the definition in double")
  func definition() throws {
    for (shape, axis): (Shape, Int) in [
      ([4, 7], -1), ([2, 3, 5], 1), ([2, 3, 4, 5], -1), ([3, 4], 0), ([2, 600, 130], -1),
    ] {
      let harness = try Self.harness(shape, axis: axis, outputs: 3, offset: 300)
      let found = harness.forward()
      let x = try #require(harness.inputs[0].tensor)
      let scale = try #require(harness.inputs[1].tensor)
      let shift = try #require(harness.inputs[2].tensor)
      let length = scale.count
      for line in 0..<x.count / length {
        let values = x.scalars[line * length..<(line + 1) * length].map(Double.init)
        let mean = values.reduce(0, +) / Double(length)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
        let factor = 1 / (variance + Double(Float(1e-3))).squareRoot()
        #expect(abs(Double(found[1].scalars[line]) - mean) < 1e-4)
        #expect(abs(Double(found[2].scalars[line]) - factor) < 1e-4 * factor)
        for index in 0..<length {
          let expected =
            (values[index] - mean) * factor * Double(scale.scalars[index])
            + Double(shift.scalars[index])
          #expect(abs(Double(found[0].scalars[line * length + index]) - expected) < 2e-4)
        }
      }
    }
  }

  @Test("Gradients agree with central differences")
  func gradients() throws {
    try Self.harness([3, 2, 5], axis: -1).expectGradients()
    try Self.harness([2, 3, 4], axis: 1).expectGradients()
    try Self.harness([2, 6], axis: -1, shift: false).expectGradients()
  }

  @Test("Scales of another extent are refused")
  func refused() {
    #expect(throws: GraphError.self) {
      try OperatorHarness(
        "LayerNormalization",
        [.computed(counting([2, 3])), .computed(counting([2]))])
    }
    #expect(throws: GraphError.self) {
      try OperatorHarness(
        "LayerNormalization",
        [.computed(counting([2, 3])), .computed(counting([3]))], ["axis": .int(2)])
    }
  }
}
