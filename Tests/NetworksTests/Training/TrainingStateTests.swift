import Foundation
import TestSupport
import Tensors
import Testing

@testable import Networks

/// Training that stops after an epoch and goes on from what was saved.
@Suite struct TrainingStateTests {
  private func train(
    _ graph: Graph, _ optimizer: TrainingConfiguration.OptimizerKind, from state: TrainingState?,
    ties: ParameterTies = ParameterTies(), onEpoch: (EpochReport) -> Bool = { _ in true }
  ) throws -> Graph {
    var configuration = TrainerTests.configuration(epochs: 4)
    configuration.optimizer = optimizer
    if optimizer == .adam { configuration.learningRate = 0.002 }
    return try Trainer.train(
      graph, on: SyntheticBatches(count: 120), configuration: configuration, ties: ties,
      from: state, streams: RandomStreams(seed: 7), pool: WorkerPool(threads: 1), onEpoch: onEpoch)
  }

  @Test(arguments: TrainingConfiguration.OptimizerKind.allCases, 1...4)
  func aTrainingThatStoppedGoesOnBitForBit(
    _ optimizer: TrainingConfiguration.OptimizerKind, _ epochs: Int
  ) throws {
    let start = try TrainerTests.network()
    var reports: [Int: EpochReport] = [:]
    let whole = try train(start, optimizer, from: nil) {
      reports[$0.epoch] = $0
      return true
    }
    let state = try #require(reports[epochs]?.state)
    let bytes = try JSONEncoder().encode(state)
    let read = try JSONDecoder().decode(TrainingState.self, from: bytes)
    #expect(read == state && read.epoch == epochs && read.steps == 5 * epochs)
    var later: [EpochReport] = []
    let resumed = try train(start, optimizer, from: read) {
      later.append($0)
      return true
    }
    #expect(resumed == whole)
    #expect(later.map(\.epoch) == Array(1...4).filter { $0 > epochs })
    for report in later {
      #expect(report.meanLoss == reports[report.epoch]?.meanLoss)
      #expect(report.learningRate == reports[report.epoch]?.learningRate)
    }
  }

  @Test func aStateOfAnotherTrainingIsRefused() throws {
    let start = try TrainerTests.network()
    var state: TrainingState?
    _ = try train(start, .sgd, from: nil) {
      state = $0.state
      return false
    }
    let saved = try #require(state)
    #expect(throws: TrainingError.self) { try train(start, .adam, from: saved) }
    var other = start
    let name = try #require(other.initializers.keys.sorted().first)
    other.initializers[name] = TypedArray(Tensor(shape: [5, 7]))
    #expect(throws: TrainingError.self) { try saved.applied(to: other) }
  }
}
