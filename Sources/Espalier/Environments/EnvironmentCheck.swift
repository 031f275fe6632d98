import Compression
import CompressionEnvironments
import Foundation
import Reinforcement

/// What `espalier check` looks at: the contract of an environment, and which channels of its network can
/// be decided.
public struct EnvironmentCheck {
  /// The rules of the contract that do not hold, as sentences.
  public let violations: [String]
  /// The rules that were tried.
  public let rules: [String]
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
    let setup = try SearchSetup(request)
    let environment = setup.environment(setup.problem)
    violations = EnvironmentContract.check(environment).map(\.description)
    rules = EnvironmentContract.Rule.allCases.map(\.rawValue)
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
}
