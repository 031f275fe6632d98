public import Reinforcement
public import Tensors

/// Agents that act step by step in the AMC environment: DDPG and random.
public struct LearningSearch: PolicySearch {
  /// The agent's name.
  public let name: String
  private let smallestKeep: Double
  private let makeAgent: (AMCEnvironment, RandomStreams) throws -> any Agent

  /// Deep deterministic policy gradients.
  ///
  /// Step inputs and action history that the configuration leaves open get the number of decisions.
  public static func ddpg(
    _ configuration: DDPGConfiguration, smallestKeep: Double
  ) -> LearningSearch {
    LearningSearch(name: "ddpg", smallestKeep: smallestKeep) { environment, streams in
      try DDPGAgent(
        observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
        configuration: configuration.resolved(steps: environment.problem.decisions.count),
        streams: streams)
    }
  }

  /// Uniform draws within the same bounds.
  public static func random(smallestKeep: Double) -> LearningSearch {
    LearningSearch(name: "random", smallestKeep: smallestKeep) { environment, streams in
      try RandomAgent(actionSpace: environment.actionSpace, streams: streams)
    }
  }

  /// Runs one episode for each measurement.
  public func search(
    _ problem: PruningProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    let environment = AMCEnvironment(problem, smallestKeep: smallestKeep)
    let agent = try makeAgent(environment, streams)
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    try loop.run(episodes: 0..<episodes) { record in
      guard let candidate = environment.candidate else { return false }
      return try onEpisode(
        SearchEpisode(
          index: record.episode, requested: record.steps.map { $0.requestedAction[0] },
          candidate: candidate, of: problem))
    }
  }
}
