import Tensors

/// The work of `EnvironmentContract.check`.
struct EnvironmentCheck {
  typealias Rule = EnvironmentContract.Rule

  let environment: any Environment
  let seed: UInt64
  let stepLimit: Int
  let tolerance: Double
  private(set) var violations: [EnvironmentContract.Violation] = []

  private struct Episode {
    var start: [Double]
    var transitions: [Transition] = []
  }

  init(environment: any Environment, seed: UInt64, stepLimit: Int, tolerance: Double) {
    self.environment = environment
    self.seed = seed
    self.stepLimit = stepLimit
    self.tolerance = tolerance
  }

  mutating func run() {
    let space = environment.actionSpace
    guard space.isBounded else {
      return report(.spacesAreBounded, "low \(space.low), high \(space.high)")
    }
    var generator = RandomStreams(seed: seed).stream("contract/actions")
    var requested: [[Double]] = []
    let first = episode { _ in
      requested.append(space.sample(using: &generator))
      return requested.last ?? []
    }
    guard let first else { return }
    checkRefusals(after: first)
    if let second = episode({ $0 < requested.count ? requested[$0] : nil }) {
      compare(first, second, .seedRepeats)
    }
    let executed = first.transitions.map(\.executedAction)
    if let third = episode({ $0 < executed.count ? executed[$0] : nil }) {
      compare(first, third, .executedActionRepeats)
    }
  }

  /// Runs an episode until its end or until no action is left; nil when something threw.
  private mutating func episode(_ action: (Int) -> [Double]?) -> Episode? {
    do {
      let start = try environment.reset(seed: seed)
      checkObservation(start.observation, step: 0)
      var episode = Episode(start: start.observation)
      while episode.transitions.count < stepLimit {
        guard let action = action(episode.transitions.count) else { return episode }
        let transition = try environment.step(action)
        episode.transitions.append(transition)
        check(transition, step: episode.transitions.count)
        if transition.ended { return episode }
      }
      report(.episodeEnds, "no end within \(stepLimit) steps")
      return episode
    } catch {
      report(.nothingThrows, "\(error)")
      return nil
    }
  }

  private mutating func check(_ transition: Transition, step: Int) {
    checkObservation(transition.observation, step: step)
    if !transition.reward.isFinite {
      report(.rewardIsFinite, "\(transition.reward) at step \(step)")
    }
    if !environment.actionSpace.contains(transition.executedAction, tolerance: tolerance) {
      report(.executedActionInSpace, "\(transition.executedAction) at step \(step)")
    }
  }

  private mutating func checkObservation(_ observation: [Double], step: Int) {
    let space = environment.observationSpace
    guard !space.contains(observation, tolerance: tolerance) else { return }
    guard observation.count == space.count else {
      return report(
        .observationInSpace,
        "\(observation.count) components instead of \(space.count) at step \(step)")
    }
    for component in observation.indices
    where
      !(observation[component] >= space.low[component] - tolerance
      && observation[component] <= space.high[component] + tolerance)
    {
      report(
        .observationInSpace,
        "component \(component) is \(observation[component]) at step \(step), "
          + "allowed \(space.low[component]) to \(space.high[component])")
    }
  }

  /// Steps that must throw: after the end, and with wrong actions in a new episode.
  private mutating func checkRefusals(after first: Episode) {
    let space = environment.actionSpace
    guard first.transitions.last?.ended == true else { return }
    expectError(.stepAfterEndThrows, from: space.low)
    guard (try? environment.reset(seed: seed)) != nil else { return }
    expectError(.wrongLengthThrows, from: space.low + [0])
    guard (try? environment.reset(seed: seed)) != nil else { return }
    expectError(.notFiniteThrows, from: space.low.map { _ in Double.nan })
  }

  private mutating func expectError(_ rule: Rule, from action: [Double]) {
    if (try? environment.step(action)) != nil {
      report(rule, "the step \(action) was accepted")
    }
  }

  private mutating func compare(_ first: Episode, _ second: Episode, _ rule: Rule) {
    guard same(first.start, second.start) else {
      return report(rule, "the first observations \(first.start) and \(second.start)")
    }
    guard first.transitions.count == second.transitions.count else {
      return report(
        rule, "\(first.transitions.count) steps, then \(second.transitions.count)")
    }
    for (step, pair) in zip(first.transitions, second.transitions).enumerated() {
      let (a, b) = pair
      guard same(a.observation, b.observation), same([a.reward], [b.reward]),
        same(a.executedAction, b.executedAction), a.terminated == b.terminated,
        a.truncated == b.truncated
      else {
        return report(
          rule,
          "step \(step + 1): executed \(a.executedAction) with reward \(a.reward), "
            + "then \(b.executedAction) with reward \(b.reward)")
      }
    }
  }

  private func same(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy {
        $0 == $1 || abs($0 - $1) <= tolerance * max(1, abs($0), abs($1))
          || ($0.isNaN && $1.isNaN)
      }
  }

  private mutating func report(_ rule: Rule, _ found: String) {
    guard !violations.contains(where: { $0.rule == rule }) else { return }
    violations.append(EnvironmentContract.Violation(rule: rule, found: found))
  }
}
