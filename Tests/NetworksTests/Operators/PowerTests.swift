import Foundation
import Tensors
import Testing

@testable import Networks

/// Erf, Gelu, Pow, Sqrt, Exp, Log, Reciprocal, Neg and Where.
@Suite struct PowerTests {
  static let references:
    [(type: String, attributes: [String: Attribute], value: @Sendable (Double) -> Double)] = [
      ("Erf", [:], { erf($0) }),
      ("Gelu", [:], { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }),
      (
        "Gelu", ["approximate": .string("tanh")],
        { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
      ),
      ("Sqrt", [:], { $0.squareRoot() }), ("Exp", [:], { exp($0) }), ("Log", [:], { log($0) }),
      ("Reciprocal", [:], { 1 / $0 }), ("Neg", [:], { -$0 }),
    ]

  private static func input(_ type: String, _ shape: Shape) -> Tensor {
    let x = random(shape, seed: 6)
    guard ["Sqrt", "Log", "Reciprocal"].contains(type) else { return x }
    return Tensor(shape: shape) { 0.3 + abs(x.scalars[$0]) }
  }

  @Test(arguments: references.indices)
  func elementsAreMappedOneByOne(_ index: Int) throws {
    let (type, attributes, value) = Self.references[index]
    for shape: Shape in [[], [0, 3], [7], [2, 3, 4, 5]] {
      let x = Self.input(type, shape)
      let harness = try OperatorHarness(type, [.computed(x)], attributes)
      let expected = Tensor(shape: shape) { Float(value(Double(x.scalars[$0]))) }
      #expect(isClose(harness.forward()[0], expected, 2e-6), "\(type) of \(shape)")
      #expect(isClose(harness.forward(.channelsLast)[0], expected, 2e-6), "\(type) of \(shape)")
    }
  }

  @Test(arguments: references.indices)
  func gradientsAreSlopes(_ index: Int) throws {
    let (type, attributes, _) = Self.references[index]
    try OperatorHarness(type, [.computed(Self.input(type, [2, 3, 1, 4]))], attributes)
      .expectGradients()
  }

  @Test func powersBroadcast() throws {
    let base = Self.input("Sqrt", [2, 3])
    let exponent = random([3], seed: 8)
    let harness = try OperatorHarness("Pow", [.computed(base), .computed(exponent)])
    let expected = Tensor(shape: [2, 3]) { pow(base.scalars[$0], exponent.scalars[$0 % 3]) }
    #expect(isClose(harness.forward()[0], expected, 1e-5))
    harness.expectGradients()
    let two = OperatorHarness.Input.constant(TypedArray(Tensor(shape: [], repeating: 2)))
    let negative = try Tensor(shape: [3], scalars: [-2, 0, 3])
    let square = try OperatorHarness("Pow", [.computed(negative), two])
    #expect(square.forward()[0].scalars == [4, 0, 9])
    #expect(
      square.backward([Tensor(shape: [3], repeating: 1)])[0]?.scalars == [-4, 0, 6])
  }

  @Test func choicesBroadcast() throws {
    let condition = try TypedArray(shape: [2, 1], integers: [1, 0], elementType: .bool)
    let (x, y) = (random([2, 3], seed: 1), random([3], seed: 2))
    let constant = try OperatorHarness(
      "Where", [.constant(condition), .computed(x), .computed(y)])
    let expected = x.scalars[0..<3] + y.scalars
    #expect(constant.forward()[0].scalars == Array(expected))
    constant.expectGradients()
    let computed = try OperatorHarness(
      "Where",
      [
        .computed(try Tensor(shape: [2, 1], scalars: [1, 0])), .computed(x), .computed(y),
      ])
    #expect(computed.forward()[0].scalars == Array(expected))
    #expect(
      computed.backward([Tensor(shape: [2, 3], repeating: 1)])[0]?.scalars.allSatisfy { $0 == 0 }
        ?? true)
    #expect(throws: GraphError.self) {
      try OperatorHarness(
        "Where", [.constant(condition), .computed(x), .computed(random([4], seed: 1))])
    }
  }

  @Test func anApproximationThatWeLackIsRefused() {
    #expect(throws: GraphError.self) {
      try OperatorHarness(
        "Gelu", [.computed(counting([2]))], ["approximate": .string("sigmoid")])
    }
  }
}
