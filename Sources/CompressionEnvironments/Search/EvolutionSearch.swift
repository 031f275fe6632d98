import Reinforcement
public import Tensors

/// An evolution strategy over all keep ratios at once: the strong peer that does not learn step by step.
///
/// It draws the ratios of a whole episode, lets the environment bound them as it bounds every
/// agent's, and learns from the ratios that were carried out. See `CovarianceMatrixAdaptation`.
public struct EvolutionSearch: PolicySearch {
  /// The agent's name.
  public let name = "evolution"
  private let makeEnvironment: LearningSearch.EnvironmentMaker

  /// The agent, in an environment of the problem.
  public init(in environment: @escaping LearningSearch.EnvironmentMaker) {
    makeEnvironment = environment
  }

  /// Runs one episode for each measurement.
  public func search(
    _ problem: SearchProblem, episodes: Int, streams: RandomStreams,
    onEpisode: (SearchEpisode) throws -> Bool
  ) throws {
    let environment = makeEnvironment(problem)
    let space = environment.actionSpace
    let (low, width) = (space.low[0], space.high[0] - space.low[0])
    var stream = streams.stream("evolution")
    var strategy = CovarianceMatrixAdaptation(
      mean: problem.decisions.map { _ in 0.5 }, stepSize: 0.3)
    var generation: [(point: [Double], value: Double)] = []
    for index in 0..<episodes {
      let point = strategy.sample(using: &stream).map { min(max($0, 0), 1) }
      let requested = point.map { low + width * $0 }
      guard let (candidate, executed) = try play(requested, environment) else { return }
      generation.append((executed.map { width > 0 ? ($0 - low) / width : 0.5 }, candidate.reward))
      if generation.count == strategy.populationSize {
        try strategy.update(generation)
        generation = []
      }
      let episode = SearchEpisode(
        index: index, requested: requested, candidate: candidate, of: problem)
      guard try onEpisode(episode) else { return }
    }
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
