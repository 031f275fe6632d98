import Foundation
import Tensors
import Testing

@testable import Networks

@Suite struct ElementwiseTests {
  static let references:
    [(type: String, attributes: [String: Attribute], value: @Sendable (Float) -> Float)] = [
      ("Relu", [:], { max(0, $0) }),
      ("LeakyRelu", ["alpha": .float(0.3)], { $0 < 0 ? 0.3 * $0 : $0 }),
      ("LeakyRelu", [:], { $0 < 0 ? 0.01 * $0 : $0 }),
      ("Sigmoid", [:], { 1 / (1 + exp(-$0)) }),
      ("Tanh", [:], { tanh($0) }),
      ("HardSigmoid", [:], { max(0, min(1, 0.2 * $0 + 0.5)) }),
      (
        "HardSigmoid", ["alpha": .float(0.6), "beta": .float(0.4)],
        { max(0, min(1, 0.6 * $0 + 0.4)) }
      ),
      ("HardSwish", [:], { $0 * max(0, min(1, $0 / 6 + 0.5)) }),
      ("Identity", [:], { $0 }),
      ("Dropout", [:], { $0 }),
      ("Cast", ["to": .int(1)], { $0 }),
      ("Cast", ["to": .int(7)], { $0.rounded(.towardZero) }),
      ("Cast", ["to": .int(9)], { $0 == 0 ? 0 : 1 }),
    ]

  @Test(arguments: references.indices)
  func elementsAreMappedOneByOne(_ index: Int) throws {
    let (type, attributes, value) = Self.references[index]
    for shape: Shape in [[], [0, 3], [7], [2, 3, 4, 5], [3, 41_003]] {
      let x = random(shape, seed: 3)
      let harness = try OperatorHarness(type, [.computed(x)], attributes)
      let expected = Tensor(shape: shape) { value(x.scalars[$0]) }
      #expect(isClose(harness.forward()[0], expected, 1e-6), "\(type) of \(shape)")
      #expect(isClose(harness.forward(.channelsLast)[0], expected, 1e-6), "\(type) of \(shape)")
    }
  }

  @Test(arguments: [
    "Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Identity", "Dropout",
  ])
  func gradientsAreSlopes(_ type: String) throws {
    let x = random([2, 3, 1, 4], seed: 5)
    try OperatorHarness(type, [.computed(x)]).expectGradients()
  }

  @Test func hardFunctionsAreFlatOutsideTheirRange() throws {
    let x = try Tensor(shape: [4], scalars: [-4, -3.5, 3.5, 9])
    let ones = Tensor(shape: [4], repeating: 1)
    #expect(
      try OperatorHarness("HardSwish", [.computed(x)]).backward([ones])[0]?.scalars == [0, 0, 1, 1])
    #expect(
      try OperatorHarness("HardSigmoid", [.computed(x)]).backward([ones])[0]?.scalars
        == [0, 0, 0, 0])
  }

  @Test func clipTakesEitherBoundOrBoth() throws {
    let x = try Tensor(shape: [5], scalars: [-3, -1, 0.5, 2, 8])
    func bound(_ value: Float?) -> OperatorHarness.Input {
      value.map { .constant(TypedArray(Tensor(shape: [], repeating: $0))) } ?? .absent
    }
    for (lower, upper, expected): (Float?, Float?, [Float]) in [
      (0, 6, [0, 0, 0.5, 2, 6]), (nil, 1, [-3, -1, 0.5, 1, 1]), (-2, nil, [-2, -1, 0.5, 2, 8]),
      (nil, nil, [-3, -1, 0.5, 2, 8]), (4, 1, [1, 1, 1, 1, 1]),
    ] {
      let harness = try OperatorHarness("Clip", [.computed(x), bound(lower), bound(upper)])
      #expect(harness.forward()[0].scalars == expected)
    }
    let x4 = OperatorHarness.Input.computed(random([2, 3, 2, 2], seed: 8))
    try OperatorHarness("Clip", [x4, bound(-1.03), bound(0.99)]).expectGradients()
  }

  @Test func aMaskOfDropoutKeepsAll() throws {
    let x = random([2, 3], seed: 1)
    let outputs = try OperatorHarness("Dropout", [.computed(x)], outputs: 2).forward()
    #expect(outputs == [x, Tensor(shape: [2, 3], repeating: 1)])
  }

  @Test func aCastToATypeThatWeLackIsRefused() {
    #expect(throws: GraphError.self) {
      try OperatorHarness("Cast", [.computed(counting([1]))], ["to": .int(14)])
    }
  }
}

@Suite struct SoftmaxTests {
  @Test(arguments: [-4, -1, 0, 1, 2, 3])
  func everyLineAlongTheAxisSumsToOne(_ axis: Int) throws {
    let x = random([2, 3, 4, 5], seed: 2)
    let harness = try OperatorHarness("Softmax", [.computed(x)], ["axis": .int(axis)])
    let y = harness.forward()[0]
    let strides = x.shape.strides
    let along = axis < 0 ? axis + 4 : axis
    for index in x.scalars.indices {
      let position = index / strides[along] % x.shape[along]
      let line = (0..<x.shape[along]).map { index + ($0 - position) * strides[along] }
      let sum = line.reduce(0) { $0 + exp(x.scalars[$1]) }
      #expect(abs(y.scalars[index] - exp(x.scalars[index]) / sum) < 1e-6)
    }
    harness.expectGradients()
  }

  @Test func largeValuesDoNotOverflow() throws {
    let x = try Tensor(shape: [3], scalars: [1000, 1000, -1000])
    let y = try OperatorHarness("Softmax", [.computed(x)]).forward()[0]
    #expect(y.scalars == [0.5, 0.5, 0])
  }

  @Test func emptyAndLargeInputsWork() throws {
    for shape: Shape in [[0, 3], [3, 0]] {
      let empty = try OperatorHarness("Softmax", [.computed(Tensor(shape: shape))])
      #expect(empty.forward()[0].count == 0)
    }
    let wide = try OperatorHarness("Softmax", [.computed(Tensor(shape: [70_000, 2]))]).forward()[0]
    #expect(wide.scalars.allSatisfy { $0 == 0.5 })
  }

  @Test func anAxisThatIsNotThereIsRefused() {
    for axis in [3, -4, Int.max, Int.min] {
      #expect(throws: GraphError.self) {
        try OperatorHarness("Softmax", [.computed(Tensor(shape: [1, 2, 3]))], ["axis": .int(axis)])
      }
    }
  }
}
