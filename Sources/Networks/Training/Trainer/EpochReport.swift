/// How an epoch of training went.
public struct EpochReport: Equatable, Sendable {
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// The number of optimiser steps so far, over all epochs.
  public let steps: Int
  /// The mean of the loss over the epoch's examples, each at its own step, in nats.
  public let meanLoss: Double
  /// The part of the epoch's examples that were classified right at their own step: 0…1.
  public let trainingAccuracy: Double
  /// The learning rate of the epoch's last step.
  public let learningRate: Double
  /// The network after the epoch.
  public let graph: Graph
  let optimizer: OptimizerState?

  /// Where training stands, to be saved; nil for an optimiser that cannot be.
  public var state: TrainingState? {
    optimizer.map { TrainingState(epoch: epoch, steps: steps, optimizer: $0, graph: graph) }
  }
}
