import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct TrainerTests {
  /// A residual network of a quarter of the width for the synthetic images.
  static func network(seed: UInt64 = 1) throws -> Graph {
    var generator = SeededGenerator(seed: seed)
    let parameters = ModelParameters(
      classes: 3, channels: 2, height: 8, width: 6, widthMultiplier: 0.3)
    return try ModelBuilder.named("resnet8").graph(parameters, using: &generator)
  }

  static func configuration(epochs: Int) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = epochs
    configuration.batchSize = 24
    return configuration
  }

  private func train(
    _ graph: Graph, epochs: Int = 1, threads: Int = 2, seed: UInt64 = 7,
    reports: ((EpochReport) -> Bool)? = nil
  ) throws -> Graph {
    try Trainer.train(
      graph, on: SyntheticBatches(count: 250),
      configuration: TrainerTests.configuration(epochs: epochs), streams: RandomStreams(seed: seed),
      pool: WorkerPool(threads: threads), onEpoch: { reports?($0) ?? true })
  }

  @Test func `separable images are learned, also in inference`() throws {
    var reports: [EpochReport] = []
    let trained = try train(TrainerTests.network(), epochs: 8) {
      reports.append($0)
      return true
    }
    #expect(reports.map(\.epoch) == Array(1...8))
    // 250 examples are ten batches of 24 and ten examples that are left out.
    #expect(reports.map(\.steps) == (1...8).map { 10 * $0 })
    #expect(reports[7].meanLoss < 0.3 * reports[0].meanLoss)
    #expect(reports[7].trainingAccuracy > 0.9)
    #expect(reports[7].graph == trained)
    #expect(reports[0].learningRate == 0.1)
    #expect(reports[7].learningRate < 0.001)

    let unseen = SyntheticBatches(count: 90, seed: 77)
    let executor = try Executor(trained, batch: 90)
    let scores = try #require(try executor.run(["input": unseen.examples])["output"])
    let value = try SoftmaxCrossEntropy().evaluate(scores, labels: unseen.labels).value
    #expect(value.correct > 81)
  }

  @Test func `the same seed gives the same graph at any thread count, another seed another`() throws
  {
    let start = try TrainerTests.network()
    let alone = try train(start, epochs: 2, threads: 1)
    #expect(try train(start, epochs: 2, threads: 2) == alone)
    #expect(try train(start, epochs: 2, threads: 5) == alone)
    #expect(try train(start, epochs: 2, seed: 8) != alone)
  }

  @Test func `training changes parameters and running statistics and nothing else`() throws {
    let start = try TrainerTests.network()
    let trained = try train(start)
    #expect(trained.nodes == start.nodes)
    #expect(trained.inputs == start.inputs && trained.outputs == start.outputs)
    #expect(trained.initializers.keys.sorted() == start.initializers.keys.sorted())
    for (name, value) in trained.initializers {
      #expect(value != start.initializers[name], "\(name) stayed as it was")
    }
    try trained.validate()
  }

  @Test func `training goes on from a trained graph`() throws {
    var first: [Double] = []
    var second: [Double] = []
    let halfway = try train(TrainerTests.network(), epochs: 4) {
      first.append($0.meanLoss)
      return true
    }
    _ = try train(halfway, epochs: 4) {
      second.append($0.meanLoss)
      return true
    }
    #expect(second[0] < 0.6 * first[0])
  }

  @Test func `an epoch's report can end the training`() throws {
    var graphs: [Graph] = []
    let trained = try train(TrainerTests.network(), epochs: 5) {
      graphs.append($0.graph)
      return graphs.count < 2
    }
    #expect(graphs.count == 2)
    #expect(graphs[1] == trained)
  }

  @Test func `a network that ends in a softmax is trained on the scores before it`() throws {
    let plain = try TrainerTests.network()
    var softmax = plain
    softmax.nodes.append(
      Node(name: "softmax", operatorType: "Softmax", inputs: ["output"], outputs: ["p"]))
    softmax.outputs = [Graph.Value(name: "p", extents: [.batch, .fixed(3)])]
    let trained = try train(softmax)
    #expect(trained.nodes == softmax.nodes && trained.outputs == softmax.outputs)
    #expect(try trained.initializers == train(plain).initializers)
  }

  @Test func `a network without BatchNormalization is trained in every weight and bias`() throws {
    var generator = SeededGenerator(seed: 4)
    func weights(_ extents: [Int]) -> TypedArray {
      TypedArray(Tensor(shape: Shape(extents)) { _ in Float(0.2 * generator.normal()) })
    }
    let graph = Graph(
      name: "folded",
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(2), .fixed(8), .fixed(6)])],
      outputs: [Graph.Value(name: "p", extents: [.batch, .fixed(3)])],
      nodes: [
        Node(name: "conv", operatorType: "Conv", inputs: ["x", "w1", "b1"], outputs: ["c"]),
        Node(name: "relu", operatorType: "Relu", inputs: ["c"], outputs: ["r"]),
        Node(name: "pool", operatorType: "GlobalAveragePool", inputs: ["r"], outputs: ["g"]),
        Node(name: "flat", operatorType: "Flatten", inputs: ["g"], outputs: ["f"]),
        Node(name: "product", operatorType: "MatMul", inputs: ["f", "w2"], outputs: ["m"]),
        Node(name: "sum", operatorType: "Add", inputs: ["m", "b2"], outputs: ["s"]),
        Node(name: "softmax", operatorType: "Softmax", inputs: ["s"], outputs: ["p"]),
      ],
      initializers: [
        "w1": weights([5, 2, 3, 3]), "b1": weights([5]), "w2": weights([5, 3]), "b2": weights([3]),
      ])
    var losses: [Double] = []
    let trained = try train(graph, epochs: 6) {
      losses.append($0.meanLoss)
      return true
    }
    for name in graph.initializers.keys.sorted() {
      #expect(trained.initializers[name] != graph.initializers[name], "\(name) stayed as it was")
    }
    #expect(losses[5] < 0.7 * losses[0])
  }

  @Test func `Adam with smoothing and a constant rate learns as well`() throws {
    var configuration = TrainerTests.configuration(epochs: 6)
    configuration.optimizer = .adam
    configuration.schedule = .constant
    configuration.learningRate = 0.01
    configuration.labelSmoothing = 0.1
    configuration.warmupEpochs = 0.5
    var last: EpochReport?
    _ = try Trainer.train(
      TrainerTests.network(), on: SyntheticBatches(count: 250), configuration: configuration,
      streams: RandomStreams(seed: 7)
    ) {
      last = $0
      return true
    }
    let report = try #require(last)
    #expect(report.trainingAccuracy > 0.9)
    #expect(report.learningRate == 0.01)
    // No loss is below the entropy of the smoothed labels.
    let rest = 0.1 / 3
    let most = 1 - 2 * rest
    let entropy: Double = -(most * log(most)) - 2 * (rest * log(rest))
    #expect(report.meanLoss > entropy)
  }
}
