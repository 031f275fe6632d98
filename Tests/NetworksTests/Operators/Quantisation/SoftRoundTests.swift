import Foundation
import TestSupport
import Tensors
import Testing

@testable import Networks

struct SoftRoundTests {
  /// Weights of an odd shape with channels along an axis; logits well inside the clip or far outside.
  static func graph(
    _ shape: Shape, axis: Int, channels: Int?, gap: Int = 1, logits: Tensor
  ) -> Graph {
    let floor = Tensor.shuffled(shape, seed: 3, gap: 1)
    let scales: Shape = channels.map { [$0] } ?? []
    return SingleNode.graph(
      "SoftRound",
      [
        .constant(floor), .constant(logits),
        .constant(Tensor(shape: scales) { 0.2 + 0.1 * Float($0) }),
        .constant(Tensor(shape: scales) { 1 - 0.05 * Float($0) }),
      ], attributes: ["axis": .int(axis), "gap": .int(gap)])
  }

  @Test(
    "Gradients of logits and factors agree with central differences on odd extents",
    arguments: [(0, 5), (1, 3), (0, nil), (3, 7)] as [(Int, Int?)])
  func gradients(axis: Int, channels: Int?) throws {
    let shape: Shape = [5, 3, 1, 7]
    // h is 0 or 1 from ±2.398 on.
    let logits = Tensor(shape: shape) { 4.2 * Float(($0 * 37) % 105) / 105 - 2.1 }
    try expectGradient(
      of: Self.graph(shape, axis: axis, channels: channels, logits: logits), step: 0.02,
      tolerance: 0.01)
  }

  @Test("Values follow the definition, for the levels −1 and 1 too", arguments: [1, 2])
  func values(gap: Int) throws {
    let shape: Shape = [3, 5]
    let logits = Tensor.normal(shape, seed: 8, scale: 3)
    let graph = Self.graph(shape, axis: 0, channels: 3, gap: gap, logits: logits)
    let found = try #require(Executor(graph, batch: 1).run([:])["y0"])
    let floor = Tensor.shuffled(shape, seed: 3, gap: 1)
    for (position, value) in found.scalars.enumerated() {
      let channel = Double(position / 5)
      let sigmoid = 1 / (1 + exp(-Double(logits.scalars[position])))
      let h = min(max(1.2 * sigmoid - 0.1, 0), 1)
      let expected =
        (0.2 + 0.1 * channel) * (1 - 0.05 * channel)
        * (Double(floor.scalars[position]) + Double(gap) * h)
      #expect(abs(Double(value) - expected) < 1e-5)
    }
  }

  @Test("Behind the clip gradients go straight through")
  func straightThrough() throws {
    let logits = Tensor(shape: [1, 2]) { [5, -5][$0] }
    let graph = Self.graph([1, 2], axis: 0, channels: nil, logits: logits)
    let executor = try Executor(graph, batch: 1, mode: .differentiable)
    executor.forward()
    _ = try executor.outputGradient("y0").update(fromContentsOf: [1, 1])
    executor.backward()
    let slope = 0.2 * 1.2 * (1 / (1 + exp(-5.0))) * (1 / (1 + exp(5.0)))
    let parameter = try #require(executor.parameters.first { $0.name == "x1" })
    #expect(parameter.gradients.allSatisfy { abs(Double($0) - slope) < 1e-6 })
  }

  @Test("The logit of a fraction gives it back")
  func logits() {
    for step in 0...20 {
      let fraction = Float(step) / 20
      #expect(abs(RectifiedSigmoid(RectifiedSigmoid.logit(of: fraction)).value - fraction) < 1e-6)
    }
  }

  @Test("Shapes that do not fit are refused")
  func shapes() throws {
    var graph = Self.graph([3, 5], axis: 0, channels: 3, logits: Tensor(shape: [3, 5]))
    graph.initializers["x2"] = TypedArray(Tensor(shape: [4]))
    #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
  }
}
