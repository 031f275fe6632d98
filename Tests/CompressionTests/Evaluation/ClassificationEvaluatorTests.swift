import Datasets
import Foundation
import Networks
import Tensors
import Testing

@testable import Compression

@Suite struct ClassificationEvaluatorTests {
  /// A network that gives each example's own numbers as scores.
  private func graph(classes: Int) -> Graph {
    var sketch = Sketch([classes])
    return sketch.graph(sketch.node("Identity", "scores", ["x"]))
  }

  private func images(_ scores: [[Float]], labels: [Int]) throws -> LabelledImages {
    try LabelledImages(
      name: "scores", shape: [scores[0].count], storage: .floats(scores.flatMap { $0 }),
      labels: labels, classCount: scores[0].count)
  }

  private func measure(
    _ scores: [[Float]], labels: [Int], batch: Int = 50
  ) throws -> ClassificationEvaluator.Outcome {
    try ClassificationEvaluator(
      images(scores, labels: labels), preprocessing: .raw, batch: batch,
      pool: WorkerPool(threads: 1)
    ).measure(graph(classes: scores[0].count))
  }

  @Test func anImageCountsByTheRankOfItsLabel() throws {
    let row: [Float] = [7, 6, 5, 4, 3, 2, 1]
    let outcome = try measure([row, row, row, row], labels: [0, 1, 4, 5])
    #expect(outcome.top1 == 25)
    #expect(outcome.top5 == 75)
    #expect(outcome.images == 4)
  }

  @Test func ofEqualScoresTheFirstClassIsTheLargest() throws {
    let row: [Float] = [1, 1, 0]
    #expect(try measure([row, row], labels: [0, 1]).top1 == 50)
    let all = [Float](repeating: 2, count: 7)
    let outcome = try measure([all, all, all, all], labels: [0, 4, 5, 6])
    #expect(outcome.top1 == 25 && outcome.top5 == 50)
  }

  @Test func aLabelWhoseScoreIsNoNumberIsLast() throws {
    let outcome = try measure(
      [[.nan, 1, 2, 3, 4, 5], [.nan, 9, 2, 3, 4, 5]], labels: [0, 1])
    #expect(outcome.top1 == 50 && outcome.top5 == 50)
  }

  @Test(arguments: [1, 2, 3, 5, 8])
  func theLastPartialBatchCountsLikeTheOthers(_ batch: Int) throws {
    let scores: [[Float]] = (0..<5).map { example in (0..<3).map { $0 == example % 3 ? 1 : 0 } }
    let outcome = try measure(scores, labels: [0, 1, 2, 0, 0], batch: batch)
    #expect(outcome.top1 == 80)
    #expect(outcome.images == 5)
    #expect(outcome.passSeconds.count == 5 / min(batch, 5))
  }

  @Test func theBatchChangesNoBit() throws {
    let graph = HandBuilt.chain.graph
    var generator = SeededGenerator(seed: 3)
    let images = try LabelledImages(
      name: "noise", shape: [3, 7, 6],
      storage: .floats((0..<(23 * 126)).map { _ in Float(generator.normal()) }),
      labels: (0..<23).map { $0 % 4 }, classCount: 4)
    let outcomes = try [1, 7, 23].map { batch in
      try ClassificationEvaluator(
        images, preprocessing: .raw, batch: batch, pool: WorkerPool(threads: 2)
      ).evaluate(graph)
    }
    #expect(Set(outcomes).count == 1)
  }

  /// 100 examples of which every fourth is right.
  private func quarter(screening: Int?, batch: Int) throws -> ClassificationEvaluator {
    let scores: [[Float]] = (0..<100).map { $0 % 4 == 0 ? [0, 1] : [1, 0] }
    return ClassificationEvaluator(
      try images(scores, labels: [Int](repeating: 1, count: 100)), preprocessing: .raw,
      batch: batch, screeningImages: screening, pool: WorkerPool(threads: 1))
  }

  @Test(arguments: [1, 4, 7, 40, 100])
  func screeningEndsAMeasurementThatIsPlainlyBelow(_ batch: Int) throws {
    let evaluator = try quarter(screening: 40, batch: batch)
    let network = graph(classes: 2)
    // 25 % of 40 images and four standard errors are 52.4 %.
    let seen = (40 + batch - 1) / batch * batch
    let early = 100 * Double((min(seen, 100) + 3) / 4) / Double(min(seen, 100))
    #expect(try evaluator.evaluate(network, unlessBelow: 70) == early)
    #expect(try evaluator.evaluate(network, unlessBelow: 45) == 25)
    #expect(try evaluator.evaluate(network, unlessBelow: -.infinity) == 25)
    #expect(try evaluator.evaluate(network) == 25)
    #expect(early < 70)
  }

  @Test func withoutScreeningAThresholdChangesNothing() throws {
    for screening in [nil, 100, 500] {
      let evaluator = try quarter(screening: screening, batch: 10)
      #expect(try evaluator.evaluate(graph(classes: 2), unlessBelow: 99) == 25)
    }
  }

  @Test func aMeasurementThatEndsEarlySaysHowManyImagesItSaw() throws {
    var calls: [[Double]] = []
    let outcome = try quarter(screening: nil, batch: 30).measure(graph(classes: 2)) {
      calls.append([$0, Double($1)])
      return $1 < 60
    }
    #expect(calls == [[8, 30], [15, 60]])
    #expect(outcome.images == 60 && outcome.top1 == 25 && outcome.top5 == 100)
  }

  @Test func agreementIsWhatProbabilitiesHaveInCommon() throws {
    let scores: [[Float]] = [[0, 0], [3, 0], [0, 1]]
    let images = try images(scores, labels: [0, 0, 1])
    let plain = ClassificationEvaluator(
      images, preprocessing: .raw, batch: 2, pool: WorkerPool(threads: 1))
    let graph = graph(classes: 2)
    let evaluator = ClassificationEvaluator(
      images, preprocessing: .raw, batch: 2,
      reference: try ClassProbabilities(of: graph, plain), pool: WorkerPool(threads: 1))
    #expect(evaluator.metric == "agreement")
    #expect(abs(try evaluator.evaluate(graph) - 100) < 1e-4)
    // Scores twice as far apart: σ(6) and σ(3), σ(2) and σ(1) are what the larger class has.
    var sketch = Sketch([2])
    sketch.set("two", TypedArray(Tensor(shape: [1]) { _ in 2 }))
    let doubled = sketch.graph(sketch.node("Mul", "scores", ["x", "two"]))
    func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let expected =
      (1 + (1 - (logistic(6) - logistic(3))) + (1 - (logistic(2) - logistic(1)))) / 3
    #expect(abs(try evaluator.evaluate(doubled) - 100 * expected) < 1e-4)
    #expect(try evaluator.measure(doubled).top1 == plain.measure(doubled).top1)
  }

  @Test func imagesOfOtherExtentsAreRefused() throws {
    let evaluator = try ClassificationEvaluator(
      images([[1, 2, 3]], labels: [0]), preprocessing: .raw, pool: WorkerPool(threads: 1))
    #expect(
      throws: CompressionError.data(expected: "images of 4", found: "'scores' of 3")
    ) {
      try evaluator.measure(graph(classes: 4))
    }
  }

  @Test func aNetworkWithTooFewClassesIsRefused() throws {
    let set = try LabelledImages(
      name: "many", shape: [3], storage: .floats([1, 2, 3]), labels: [4], classCount: 9)
    let evaluator = ClassificationEvaluator(
      set, preprocessing: .raw, pool: WorkerPool(threads: 1))
    #expect(
      throws: CompressionError.data(expected: "at least 5 classes, as in 'many'", found: "3")
    ) {
      try evaluator.measure(graph(classes: 3))
    }
  }

  @Test func allImagesAsOneTensorAreWhatAPassSees() throws {
    let set = try LabelledImages(
      name: "bytes", shape: [2, 1, 2], storage: .bytes([0, 51, 102, 153, 204, 255, 0, 1]),
      labels: [0, 1], classCount: 2)
    let tensor = try set.tensor(
      .meanAndDeviation(mean: [0.2, 0.5], std: [0.5, 0.25]))
    #expect(tensor.shape == [2, 2, 1, 2])
    #expect(tensor.scalars[0] == -0.4 && abs(tensor.scalars[2] + 0.4) < 1e-6)
    #expect(abs(tensor.scalars[5] - 1.6) < 1e-6)
  }

  @Test func anOutputThatIsNoScoreForEachClassIsRefused() throws {
    let examples = try images([[1, 2, 3, 4, 5, 6]], labels: [2])
    let evaluator = ClassificationEvaluator(
      examples, preprocessing: .raw, pool: WorkerPool(threads: 1))
    var graph = graph(classes: 6)
    graph.outputs.append(Graph.Value(name: "x", extents: nil))
    #expect(
      throws: CompressionError.data(expected: "a network with one output", found: "2 outputs")
    ) { try evaluator.check(graph) }
    var sketch = Sketch([6])
    let shape = sketch.integers("shape", [0, 2, 3])
    let map = sketch.graph(sketch.node("Reshape", "map", ["x", shape]))
    #expect(
      throws: CompressionError.data(
        expected: "an output with one score for each class of each image",
        found: "'map' of 2×2×3 for 2 images")
    ) { try evaluator.check(map) }
  }

  @Test func aNetworkOfAFixedNumberOfExamplesIsRefused() throws {
    var graph = graph(classes: 3)
    graph.inputs[0].extents = [.fixed(4), .fixed(3)]
    let evaluator = ClassificationEvaluator(
      try images([[1, 2, 3]], labels: [2]), preprocessing: .raw, pool: WorkerPool(threads: 1))
    #expect(
      throws: CompressionError.data(
        expected: "a network that takes any number of images", found: "one that takes 4")
    ) { try evaluator.check(graph) }
  }

  @Test func aBatchBeyondTheImagesIsAllOfThem() throws {
    #expect(try measure([[1, 0], [0, 1]], labels: [0, 1], batch: .max).top1 == 100)
  }
}
