public import Foundation
import Reinforcement
public import Tensors

/// An evolution strategy over all keep ratios at once: the strong peer that does not learn step by step.
///
/// It draws the ratios of a whole episode, lets the environment bound them as it bounds every
/// agent's, and learns from the ratios that were carried out. See `CovarianceMatrixAdaptation`.
public struct EvolutionSearch: ResumableSearch {
  /// The agent's name.
  public let name = "evolution"
  private let makeEnvironment: LearningSearch.EnvironmentMaker

  /// The agent, in an environment of the problem.
  public init(in environment: @escaping LearningSearch.EnvironmentMaker) {
    makeEnvironment = environment
  }

  /// What an evolution is between two episodes.
  private struct State: Codable {
    /// A point as it was carried out, and its value.
    struct Member: Codable {
      var point: [Double]
      var value: Double
    }

    var strategy: CovarianceMatrixAdaptation
    var generation: [Member] = []
    var stream: SeededGenerator
  }

  /// Runs one episode for each measurement.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams, from position: SearchPosition?,
    onEpisode: (SearchEpisode, () throws -> Data) throws -> Bool
  ) throws {
    let environment = makeEnvironment(problem)
    let space = environment.actionSpace
    let (low, width) = (space.low[0], space.high[0] - space.low[0])
    var state =
      try position.map { try Self.state($0, problem) }
      ?? State(
        strategy: CovarianceMatrixAdaptation(
          mean: problem.decisions.map { _ in 0.5 }, stepSize: 0.3),
        stream: streams.stream("evolution"))
    for index in min(position?.episodes ?? 0, episodes)..<episodes {
      let point = state.strategy.sample(using: &state.stream).map { min(max($0, 0), 1) }
      let requested = point.map { low + width * $0 }
      guard let (candidate, executed) = try play(requested, environment) else { return }
      state.generation.append(
        State.Member(
          point: executed.map { width > 0 ? ($0 - low) / width : 0.5 }, value: candidate.reward))
      if state.generation.count == state.strategy.populationSize {
        try state.strategy.update(state.generation.map { ($0.point, $0.value) })
        state.generation = []
      }
      let episode = SearchEpisode(
        index: index, requested: requested, candidate: candidate, of: problem)
      guard try onEpisode(episode, { [state] in try Self.bytes(state) }) else { return }
    }
  }

  private static func bytes(_ state: State) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(state)
  }

  private static func state(_ position: SearchPosition, _ problem: SearchProblem) throws -> State {
    guard let state = try? JSONDecoder().decode(State.self, from: position.state) else {
      throw AgentCheckpointError.unreadable(agent: "evolution")
    }
    let count = problem.decisions.count
    guard state.strategy.isWhole(dimensions: count),
      state.generation.allSatisfy({ $0.point.count == count })
    else {
      throw AgentCheckpointError.part(
        agent: "evolution", name: "strategy", expected: "one of \(count) decisions",
        found: "another")
    }
    return state
  }

  private func play(
    _ requested: [Double], _ environment: any SearchEnvironment
  ) throws -> (candidate: Candidate, executed: [Double])? {
    _ = try environment.reset(seed: 0)
    let transitions = try requested.map { try environment.step([$0]) }
    let executed =
      transitions.last?.settled?.steps.map(\.action) ?? transitions.map(\.executedAction)
    return environment.candidate.map { ($0, executed.map { $0[0] }) }
  }
}
