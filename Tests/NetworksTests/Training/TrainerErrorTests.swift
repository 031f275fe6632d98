import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct TrainerErrorTests {
  private func train(
    _ graph: Graph, on data: SyntheticBatches = SyntheticBatches(count: 50),
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = TrainerTests.configuration(epochs: 1)
    change(&configuration)
    _ = try Trainer.train(
      graph, on: data, configuration: configuration, streams: RandomStreams(seed: 1))
  }

  @Test func `a loss that is no number ends training with epoch and step`() throws {
    var graph = try TrainerTests.network()
    graph.initializers["classifier.bias"] = TypedArray(Tensor(shape: [3], repeating: .nan))
    let error = #expect(throws: TrainingError.self) { try train(graph) }
    guard case .nonFiniteLoss(epoch: 1, step: 1, let loss)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(!loss.isFinite)
  }

  @Test func `data that do not fit the network are refused`() throws {
    let graph = try TrainerTests.network()
    #expect(throws: TrainingError.noFullBatch(batchSize: 24, examples: 23)) {
      try train(graph, on: SyntheticBatches(count: 23))
    }
    #expect(
      throws: GraphError.input(
        name: "input", expected: "24×2×8×6", found: "examples of 24×3×8×6 as a batch")
    ) {
      try train(graph, on: SyntheticBatches(count: 50, channels: 3))
    }
  }

  @Test func `a field out of its range is named`() throws {
    let graph = try TrainerTests.network()
    #expect(
      throws: TrainingError.configuration(
        field: "momentum", expected: "0.0 to 1.0", found: "1.5")
    ) {
      try train(graph) { $0.momentum = 1.5 }
    }
    #expect(
      throws: TrainingError.configuration(
        field: "batchSize", expected: "1 to 1000000", found: "0")
    ) {
      try train(graph) { $0.batchSize = 0 }
    }
  }

  @Test func `fields left out of JSON have their defaults`() throws {
    let text = #"{"epochs": 3, "optimizer": "adam"}"#
    var expected = TrainingConfiguration()
    expected.epochs = 3
    expected.optimizer = .adam
    let read = try JSONDecoder().decode(TrainingConfiguration.self, from: Data(text.utf8))
    #expect(read == expected)
    let again = try JSONDecoder().decode(
      TrainingConfiguration.self, from: JSONEncoder().encode(read))
    #expect(again == expected)
  }
}
