import Compression
import CompressionEnvironments
import Foundation
import Reinforcement
import Tensors

/// What `espalier check` looks at: the contract of an environment, and which channels of its network can
/// be decided.
public struct EnvironmentCheck {
  /// Every rule of the contract, with what became of it.
  public let outcomes: [RuleOutcome]
  /// The channel groups of the network.
  public let groups: [ChannelGroup]
  /// The layers that are decided, with their channels, or their weights where single weights are.
  public let decisions: [(layer: String, choices: Int)]
  /// Whether channels are decided or single weights.
  public let granularity: Granularity

  /// Settings that change nothing on this network, as sentences.
  public let notes: [String]

  /// Checks an environment.
  ///
  /// - Throws: whatever keeps the environment from being made.
  public init(_ request: SearchRequest) throws {
    if let task = try LearningTask.find(request) {
      try self.init(task, seed: request.seed)
    } else {
      try self.init(SearchSetup(request))
    }
  }

  /// The rules that were tried.
  public var rules: [String] { outcomes.tried }
  /// The rules that do not hold, as sentences.
  public var violations: [String] { outcomes.violations }

  private init(_ setup: SearchSetup) {
    let environment = setup.environment(setup.problem)
    let own = setup.definition.evaluator == nil ? nil : setup.evaluator
    let limits = setup.problem.limits
    let report = EnvironmentContract.report(on: environment) { _ in
      limits.isEmpty ? nil : environment.candidate.map { limits.allow($0.cost) }
    }
    outcomes =
      RuleOutcome.all(report)
      + (own.map {
        RuleOutcome.all(EvaluatorContract.report(on: $0, measuring: setup.model.graph))
      } ?? [])
    groups = setup.channels?.pruner.dependencies.groups ?? []
    decisions = setup.problem.decisions.map { ($0.layer, $0.whole) }
    granularity = setup.channels == nil ? .weights : .channels
    let isWithoutEffect =
      setup.definition.pruning.normalization == .reestimate
      && setup.channels.map { space in
        let graph = space.pruner.original
        return !graph.nodes.contains(where: graph.hasRunningStatistics)
      } ?? false
    notes =
      isWithoutEffect
      ? [
        "pruning.normalization=reestimate has no effect: the network has no BatchNormalization with "
          + "running statistics"
      ] : []
  }

  /// Checks a task, which decides about nothing of a network.
  private init(_ task: LearningTask, seed: Int) throws {
    let streams = RandomStreams(seed: UInt64(max(seed, 0)))
    let environment = try task.environment(streams: streams)
    defer { environment.close() }
    outcomes = RuleOutcome.all(
      EnvironmentContract.report(on: environment))
    (groups, decisions, notes) = ([], [], [])
    granularity = .weights
  }
}
