public import Foundation
public import Reinforcement
public import Tensors

/// Agents that act step by step in an environment of the problem: DDPG and random.
public struct LearningSearch: ResumableSearch {
  /// Makes the environment of a problem.
  public typealias EnvironmentMaker = (SearchProblem) -> any SearchEnvironment

  /// The agent's name.
  public let name: String
  private let makeEnvironment: EnvironmentMaker
  private let makeAgent: (any SearchEnvironment, RandomStreams) throws -> any ResumableAgent
  private var onEnd: (any ResumableAgent) throws -> Void = { _ in }

  /// Deep deterministic policy gradients.
  ///
  /// Step inputs and action history that the configuration leaves open get the number of decisions.
  ///
  /// - Parameters:
  ///   - configuration: the agent's settings.
  ///   - environment: makes what it acts in.
  ///   - saved: the trained agent to begin with; nil begins with random networks.
  ///   - onTrained: called after the last episode with what was learned.
  public static func ddpg(
    _ configuration: DDPGConfiguration, in environment: @escaping EnvironmentMaker,
    from saved: DDPGState? = nil,
    onTrained: @escaping (DDPGState) throws -> Void = { _ in }
  ) -> LearningSearch {
    var search = LearningSearch(name: "ddpg", environment) { environment, streams in
      try DDPGAgent(
        observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
        configuration: configuration.resolved(steps: environment.problem.decisions.count),
        streams: streams, starts: environment.starts, from: saved)
    }
    search.onEnd = { agent in
      if let agent = agent as? DDPGAgent { try onTrained(agent.state) }
    }
    return search
  }

  private init(
    name: String, _ environment: @escaping EnvironmentMaker,
    makeAgent: @escaping (any SearchEnvironment, RandomStreams) throws -> any ResumableAgent
  ) {
    self.name = name
    makeEnvironment = environment
    self.makeAgent = makeAgent
  }

  /// Uniform draws within the same bounds.
  public static func random(in environment: @escaping EnvironmentMaker) -> LearningSearch {
    LearningSearch(name: "random", environment) { environment, streams in
      try RandomAgent(actionSpace: environment.actionSpace, streams: streams)
    }
  }

  /// Runs one episode for each measurement.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams, from position: SearchPosition?,
    onEpisode: (SearchEpisode, () throws -> Data) throws -> Bool
  ) throws {
    let environment = makeEnvironment(problem)
    let agent = try makeAgent(environment, streams)
    if let position { try agent.restore(position.state) }
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    let first = min(position?.episodes ?? 0, episodes)
    try loop.run(episodes: first..<episodes) { record in
      guard let candidate = environment.candidate else { return false }
      var episode = SearchEpisode(
        index: record.episode, requested: record.steps.map { $0.requestedAction[0] },
        candidate: candidate, of: problem)
      if let agent = agent as? DDPGAgent {
        episode.learning = SearchEpisode.Learning(
          figures: agent.learningFigures, explorationDeviation: agent.explorationDeviation)
      }
      return try onEpisode(episode, agent.checkpoint)
    }
    try onEnd(agent)
  }
}
