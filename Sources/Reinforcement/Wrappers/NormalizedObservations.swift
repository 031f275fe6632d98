public import Tensors

/// Shifts and scales observations, so that networks see numbers of size one.
///
///     seen = clip((observation − centre) / spread, −bound, bound)
///
/// Centre and spread are fixed when the wrapper is made, so that equal seeds go on giving equal episodes:
/// from the bounds of the space, or measured once on random actions. Statistics that move while an agent
/// learns would make its old experiences mean something else.
public final class NormalizedObservations: Environment {
  /// What is observed.
  public let environment: any Environment
  /// What is subtracted.
  public let centre: [Double]
  /// What is divided by.
  public let spread: [Double]
  /// The largest value that is seen, either way.
  public let bound: Double
  /// False once episodes were measured that are nobody else's, until the first reset.
  private var hasBegun = true

  /// Observations with a given centre and spread, one for each component; a spread of 0 counts as 1.
  ///
  /// - Throws: `EnvironmentError.space` for other numbers of components.
  public init(
    _ environment: any Environment, centre: [Double], spread: [Double], bound: Double = 10
  ) throws(EnvironmentError) {
    let count = environment.observationSpace.count
    guard centre.count == count, spread.count == count else {
      throw .space(
        "\(count) components of an observation, and \(centre.count) centres and \(spread.count) spreads"
      )
    }
    self.environment = environment
    self.centre = centre
    self.spread = spread.map { $0 > 0 && $0.isFinite ? $0 : 1 }
    self.bound = bound
  }

  /// Observations from −1 to 1 over their space; components without finite bounds stay as they are.
  public convenience init(bounds environment: any Environment) throws(EnvironmentError) {
    let space = environment.observationSpace
    let isFinite = zip(space.low, space.high).map { ($1 - $0).isFinite }
    try self.init(
      environment,
      centre: space.low.indices.map { isFinite[$0] ? (space.low[$0] + space.high[$0]) / 2 : 0 },
      spread: space.low.indices.map { isFinite[$0] ? (space.high[$0] - space.low[$0]) / 2 : 1 })
  }

  /// Observations with mean 0 and deviation 1 over some steps of random actions.
  ///
  /// - Parameters:
  ///   - steps: how many observations are looked at.
  ///   - streams: actions are drawn from the stream `observations`; episodes have the seeds 0, 1, …
  /// - Throws: what the environment throws; `EnvironmentError.unsuitable` for unbounded actions.
  public convenience init(
    measuring environment: any Environment, steps: Int = 1000, streams: RandomStreams
  ) throws {
    guard environment.actionSpace.isBounded else {
      throw EnvironmentError.unsuitable(
        agent: "random", expected: "finite action bounds", found: "\(environment.actionSpace)")
    }
    var stream = streams.stream("observations")
    let count = environment.observationSpace.count
    var seen = 0.0
    var mean = [Double](repeating: 0, count: count)
    var squares = [Double](repeating: 0, count: count)
    func take(_ observation: [Double]) {
      seen += 1
      for component in 0..<min(count, observation.count) {
        let difference = observation[component] - mean[component]
        mean[component] += difference / seen
        squares[component] += difference * (observation[component] - mean[component])
      }
    }
    var episode: UInt64 = 0
    while seen < Double(max(steps, 2)) {
      take(try environment.reset(seed: episode).observation)
      episode += 1
      while seen < Double(max(steps, 2)) {
        let transition = try environment.step(environment.actionSpace.sample(using: &stream))
        take(transition.observation)
        if transition.ended { break }
      }
    }
    try self.init(
      environment, centre: mean, spread: squares.map { ($0 / seen).squareRoot() })
    hasBegun = false
  }

  /// The space of what is seen.
  public var observationSpace: BoxSpace {
    let inner = environment.observationSpace
    let space = try? BoxSpace(low: normalized(inner.low), high: normalized(inner.high))
    return space ?? BoxSpace(count: inner.count, in: -bound...bound)
  }

  /// The environment's.
  public var actionSpace: BoxSpace { environment.actionSpace }
  /// The environment's.
  public var settlesAtEnd: Bool { environment.settlesAtEnd }

  /// Begins an episode.
  ///
  /// - Throws: what the environment throws.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    hasBegun = true
    var start = try environment.reset(seed: seed)
    start.observation = normalized(start.observation)
    return start
  }

  /// Carries out an action.
  ///
  /// - Throws: what the environment throws; `EnvironmentError.episodeIsOver` before the first reset.
  public func step(_ action: [Double]) throws -> Transition {
    guard hasBegun else { throw EnvironmentError.episodeIsOver }
    var transition = try environment.step(action)
    transition.observation = normalized(transition.observation)
    if var settled = transition.settled {
      for position in settled.steps.indices {
        settled.steps[position].observation = normalized(settled.steps[position].observation)
      }
      transition.settled = settled
    }
    return transition
  }

  /// Closes the environment.
  public func close() { environment.close() }

  private func normalized(_ observation: [Double]) -> [Double] {
    // One of another length is passed on as it is, for the loop to refuse.
    guard observation.count == centre.count else { return observation }
    return observation.indices.map {
      min(max((observation[$0] - centre[$0]) / spread[$0], -bound), bound)
    }
  }
}
