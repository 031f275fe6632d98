/// Gives an environment another action space, by default −1…1, and maps its actions linearly.
///
///     inner = low + (action − low′) · (high − low) / (high′ − low′)
public final class RescaledActions: Environment {
  /// What is acted in.
  public let environment: any Environment
  /// The space that agents see.
  public let actionSpace: BoxSpace

  /// An environment with another action space.
  ///
  /// - Parameter space: bounded, with as many components and no empty range; −1…1 when left out.
  /// - Throws: `EnvironmentError.space` when the two spaces do not fit each other.
  public init(_ environment: any Environment, to space: BoxSpace? = nil) throws(EnvironmentError) {
    let inner = environment.actionSpace
    let outer = space ?? BoxSpace(count: inner.count, in: -1...1)
    guard inner.isBounded, outer.isBounded, inner.count == outer.count,
      zip(outer.low, outer.high).allSatisfy({ $0 < $1 })
    else {
      throw .space("other components, or bounds that are not finite, than actions rescaled need")
    }
    self.environment = environment
    actionSpace = outer
  }

  /// The environment's.
  public var observationSpace: BoxSpace { environment.observationSpace }
  /// The environment's.
  public var settlesAtEnd: Bool { environment.settlesAtEnd }

  /// Begins an episode.
  ///
  /// - Throws: what the environment throws.
  public func reset(seed: UInt64) throws -> EpisodeStart { try environment.reset(seed: seed) }

  /// Carries out an action of the space that agents see.
  ///
  /// - Throws: `EnvironmentError.action` for one that is none; what the environment throws.
  public func step(_ action: [Double]) throws -> Transition {
    let asked = try actionSpace.checked(action)
    var transition = try environment.step(
      map(asked, from: actionSpace, to: environment.actionSpace))
    transition.executedAction = outer(transition.executedAction)
    if var settled = transition.settled {
      for position in settled.steps.indices {
        settled.steps[position].action = outer(settled.steps[position].action)
      }
      transition.settled = settled
    }
    return transition
  }

  /// Closes the environment.
  public func close() { environment.close() }

  private func outer(_ action: [Double]) -> [Double] {
    map(action, from: environment.actionSpace, to: actionSpace)
  }

  private func map(_ action: [Double], from: BoxSpace, to: BoxSpace) -> [Double] {
    action.indices.map { component in
      let width = from.high[component] - from.low[component]
      let part = width > 0 ? (action[component] - from.low[component]) / width : 0
      let value = to.low[component] + part * (to.high[component] - to.low[component])
      return min(max(value, to.low[component]), to.high[component])
    }
  }
}
