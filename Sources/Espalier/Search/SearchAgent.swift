import CompressionEnvironments
import Reinforcement

/// The agents by name: what `--agent` takes.
public enum SearchAgent {
  /// The names, in the order in which reports list them.
  public static let names = [
    "ddpg", "random", "evolution", "uniform", "shallow", "deep", "greedy",
  ]

  /// The agent of a name, with the environment's settings.
  ///
  /// - Parameters:
  ///   - environment: makes what agents act in.
  ///   - saved: the trained agent that a learning one begins with.
  ///   - onTrained: called by a learning agent at its end.
  /// - Throws: `EspalierError.unknownAgent`.
  static func make(
    _ name: String, _ definition: EnvironmentDefinition,
    in environment: @escaping LearningSearch.EnvironmentMaker, from saved: DDPGState? = nil,
    onTrained: @escaping (DDPGState) throws -> Void = { _ in }
  ) throws(EspalierError) -> any PolicySearch {
    switch name {
    case "ddpg":
      return LearningSearch.ddpg(
        definition.agent, in: environment, from: saved, onTrained: onTrained)
    case "random": return LearningSearch.random(in: environment)
    case "evolution": return EvolutionSearch(in: environment)
    case "uniform": return ProfileSearch.uniform
    case "shallow": return ProfileSearch.shallow
    case "deep": return ProfileSearch.deep
    case "greedy": return GreedySearch()
    default: throw .unknownAgent(name: name, known: names)
    }
  }
}
