public import Reinforcement
public import Tensors

/// Agents that act step by step in the AMC environment: DDPG and random.
public struct LearningSearch: PolicySearch {
  /// The agent's name.
  public let name: String
  private let smallestKeep: Double
  private let makeAgent: (AMCEnvironment, RandomStreams) throws -> any Agent
  private var onEnd: (any Agent) throws -> Void = { _ in }

  /// Deep deterministic policy gradients.
  ///
  /// Step inputs and action history that the configuration leaves open get the number of decisions.
  ///
  /// - Parameters:
  ///   - saved: the trained agent to begin with; nil begins with random networks.
  ///   - onTrained: called after the last episode with what was learned.
  public static func ddpg(
    _ configuration: DDPGConfiguration, smallestKeep: Double, from saved: DDPGState? = nil,
    onTrained: @escaping (DDPGState) throws -> Void = { _ in }
  ) -> LearningSearch {
    var search = LearningSearch(name: "ddpg", smallestKeep: smallestKeep) { environment, streams in
      try DDPGAgent(
        observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
        configuration: configuration.resolved(steps: environment.problem.decisions.count),
        streams: streams, from: saved)
    }
    search.onEnd = { agent in
      if let agent = agent as? DDPGAgent { try onTrained(agent.state) }
    }
    return search
  }

  private init(
    name: String, smallestKeep: Double,
    makeAgent: @escaping (AMCEnvironment, RandomStreams) throws -> any Agent
  ) {
    self.name = name
    self.smallestKeep = smallestKeep
    self.makeAgent = makeAgent
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
    try onEnd(agent)
  }
}
