import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct SoftmaxCrossEntropyTests {
  @Test func `two examples of three classes against values by hand`() throws {
    // exp: 1, 2, 5 → p = 1/8, 2/8, 5/8; all scores equal → p = 1/3.
    let scores = try Tensor(shape: [2, 3], scalars: [0, log(2), log(5), 7, 7, 7] as [Float])
    let (value, gradient) = try SoftmaxCrossEntropy().evaluate(scores, labels: [1, 2])
    // −log 2/8 and −log 1/3
    let mean: Double = (log(4.0) + log(3.0)) / 2
    #expect(abs(value.mean - mean) < 1e-7)
    // The first of equal scores is the answer, so the second example is wrong; so is the first.
    #expect(value.correct == 0)
    let expected: [Double] = [0.0625, -0.375, 0.3125, 1.0 / 6, 1.0 / 6, -1.0 / 3]
    #expect(gradient.error(against: expected) < 1e-7)
  }

  @Test func `smoothing spreads its part over all classes, the label's among them`() throws {
    let scores = try Tensor(shape: [1, 3], scalars: [0, log(2), log(5)] as [Float])
    let (value, gradient) = try SoftmaxCrossEntropy(labelSmoothing: 0.3)
      .evaluate(scores, labels: [2])
    // q = 0.1, 0.1, 0.8
    let logarithms: [Double] = [log(0.125), log(0.25), log(0.625)]
    let expected = -0.1 * logarithms[0] - 0.1 * logarithms[1] - 0.8 * logarithms[2]
    #expect(abs(value.mean - expected) < 1e-7)
    #expect(value.correct == 1)
    #expect(gradient.error(against: [0.025, 0.15, -0.175]) < 1e-7)
  }

  @Test func `gradient agrees with central differences`() throws {
    let loss = SoftmaxCrossEntropy(labelSmoothing: 0.1)
    let scores = Tensor.normal([5, 7], seed: 3, scale: 2)
    let labels = [6, 0, 3, 3, 1]
    let gradient = try loss.evaluate(scores, labels: labels).gradient
    let step: Float = 1.0 / 256
    let numeric = try scores.scalars.indices.map { index in
      var (above, below) = (scores, scores)
      above.scalars[index] += step
      below.scalars[index] -= step
      let distance = Double(above.scalars[index]) - Double(below.scalars[index])
      let difference =
        try loss.evaluate(above, labels: labels).value.mean
        - loss.evaluate(below, labels: labels).value.mean
      return difference / distance
    }
    for (index, exact) in numeric.enumerated() {
      #expect(abs(Double(gradient.scalars[index]) - exact) < 1e-6)
    }
  }

  @Test func `scores in the thousands give exact losses`() throws {
    let scores = try Tensor(shape: [2, 2], scalars: [5000, 0, -5000, 0])
    let (value, gradient) = try SoftmaxCrossEntropy().evaluate(scores, labels: [0, 0])
    #expect(value.mean == 2500)
    #expect(value.correct == 1)
    #expect(gradient.scalars == [0, 0, -0.5, 0.5])
  }

  @Test func `a label that is no class, or too few labels, are refused by name`() throws {
    let scores = Tensor(shape: [2, 3])
    #expect(throws: TrainingError.label(classes: 3, found: 3)) {
      try SoftmaxCrossEntropy().evaluate(scores, labels: [0, 3])
    }
    #expect(throws: TrainingError.labelCount(expected: 2, found: 1)) {
      try SoftmaxCrossEntropy().evaluate(scores, labels: [0])
    }
  }

  @Test func `class scores stand before a softmax, and before what only moves its output`() throws {
    var graph = Graph(
      name: "test", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(4)])],
      outputs: [Graph.Value(name: "p", extents: nil)])
    graph.nodes = [
      Node(name: "relu", operatorType: "Relu", inputs: ["x"], outputs: ["z"]),
      Node(name: "softmax", operatorType: "Softmax", inputs: ["z"], outputs: ["s"]),
      Node(name: "flatten", operatorType: "Flatten", inputs: ["s"], outputs: ["p"]),
    ]
    #expect(try graph.classScores() == "z")
    graph.outputs[0].name = "z"
    #expect(try graph.classScores() == "z")
    graph.outputs.append(Graph.Value(name: "p", extents: nil))
    #expect(throws: TrainingError.self) { try graph.classScores() }
  }
}
