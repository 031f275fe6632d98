import Tensors

/// The work of `EnvironmentContract.report`.
struct EnvironmentCheck {
  typealias Rule = EnvironmentContract.Rule

  let environment: any Environment
  let seed: UInt64
  let stepLimit: Int
  let tolerance: Double
  let isFresh: Bool
  let meetsBudget: (Transition) -> Bool?
  var findings = ContractFindings()

  struct Episode {
    var start: [Double]
    var transitions: [Transition] = []
  }

  /// The findings, with every rule that nobody came to.
  var report: EnvironmentContract.Report { findings.report }

  mutating func run() {
    let space = environment.actionSpace
    findings.trying(.spacesAreBounded)
    guard space.isBounded else {
      findings.broken(.spacesAreBounded, "low \(space.low), high \(space.high)")
      return findings.skip("no actions can be drawn")
    }
    checkFirstStep()
    var generator = RandomStreams(seed: seed).stream("contract/actions")
    var requested: [[Double]] = []
    let first = episode { _ in
      requested.append(space.sample(using: &generator))
      return requested.last ?? []
    }
    guard let first else { return findings.skip("the first episode ended with an error") }
    checkRefusals(after: first)
    repeatEpisode(first, with: requested, .seedRepeats)
    repeatEpisode(first, with: first.transitions.map(\.executedAction), .executedActionRepeats)
    for extreme in [space.low, space.high] { _ = episode { _ in extreme } }
    findings.skip("no episode came to its end")
  }

  private mutating func repeatEpisode(_ first: Episode, with actions: [[Double]], _ rule: Rule) {
    if let again = episode({ $0 < actions.count ? actions[$0] : nil }) {
      compare(first, again, rule)
    } else {
      findings.untried(rule, "the second episode ended with an error")
    }
  }

  /// Runs an episode until its end or until no action is left; nil when something threw.
  private mutating func episode(_ action: (Int) -> [Double]?) -> Episode? {
    findings.trying(.nothingThrows)
    do {
      let start = try environment.reset(seed: seed)
      checkObservation(start.observation, step: 0)
      var episode = Episode(start: start.observation)
      while episode.transitions.count < stepLimit {
        guard let action = action(episode.transitions.count) else { return episode }
        let transition = try environment.step(action)
        episode.transitions.append(transition)
        check(transition, step: episode.transitions.count)
        guard transition.ended else { continue }
        findings.trying(.episodeEnds)
        checkEnd(transition, steps: episode.transitions.count)
        return episode
      }
      findings.broken(.episodeEnds, "no end within \(stepLimit) steps")
      return episode
    } catch {
      findings.broken(.nothingThrows, "\(error)")
      return nil
    }
  }

  // MARK: - One step

  private mutating func check(_ transition: Transition, step: Int) {
    checkObservation(transition.observation, step: step)
    findings.trying(.rewardIsFinite)
    if !transition.reward.isFinite {
      findings.broken(.rewardIsFinite, "\(transition.reward) at step \(step)")
    }
    findings.trying(.executedActionInSpace)
    if !environment.actionSpace.contains(transition.executedAction, tolerance: tolerance) {
      findings.broken(.executedActionInSpace, "\(transition.executedAction) at step \(step)")
    }
  }

  private mutating func checkObservation(_ observation: [Double], step: Int) {
    findings.trying(.observationInSpace)
    if let found = environment.observationSpace.stray(observation, tolerance: tolerance) {
      findings.broken(.observationInSpace, "\(found) at step \(step)")
    }
  }

  private mutating func checkEnd(_ last: Transition, steps: Int) {
    if let kept = meetsBudget(last) {
      findings.trying(.budgetIsKept)
      if !kept { findings.broken(.budgetIsKept, "an episode of \(steps) steps is beyond it") }
    } else {
      findings.untried(.budgetIsKept, "the environment tells of no budget")
    }
    guard let settled = last.settled else {
      return findings.untried(.settledInSpaces, "no episode was settled at its end")
    }
    findings.trying(.settledInSpaces)
    guard settled.steps.count == steps else {
      return findings.broken(
        .settledInSpaces, "\(settled.steps.count) steps settled, \(steps) taken")
    }
    for (position, step) in settled.steps.enumerated() {
      let stray =
        environment.observationSpace.stray(step.observation, tolerance: tolerance).map {
          "an observation: \($0)"
        }
        ?? environment.actionSpace.stray(step.action, tolerance: tolerance).map {
          "an action: \($0)"
        }
      if let stray { findings.broken(.settledInSpaces, "\(stray) at step \(position + 1)") }
    }
  }

  // MARK: - Steps that must throw

  private mutating func checkFirstStep() {
    guard isFresh else {
      return findings.untried(.stepBeforeResetThrows, "episodes were run before the check")
    }
    expectError(.stepBeforeResetThrows, from: environment.actionSpace.low)
  }

  /// After the end, and with wrong actions in a new episode.
  private mutating func checkRefusals(after first: Episode) {
    let space = environment.actionSpace
    if first.transitions.last?.ended == true {
      expectError(.stepAfterEndThrows, from: space.low)
    } else {
      findings.untried(.stepAfterEndThrows, "no episode ended")
    }
    let wrong: [(Rule, [Double])] = [
      (.wrongLengthThrows, space.low + [0]), (.notFiniteThrows, space.low.map { _ in .nan }),
    ]
    for (rule, action) in wrong {
      do {
        _ = try environment.reset(seed: seed)
      } catch {
        findings.broken(.nothingThrows, "\(error)")
        findings.untried(rule, "no episode could be begun")
        continue
      }
      expectError(rule, from: action)
    }
  }

  private mutating func expectError(_ rule: Rule, from action: [Double]) {
    findings.trying(rule)
    if (try? environment.step(action)) != nil {
      findings.broken(rule, "the step \(action) was accepted")
    }
  }

  // MARK: - Two episodes

  private mutating func compare(_ first: Episode, _ second: Episode, _ rule: Rule) {
    findings.trying(rule)
    guard same(first.start, second.start) else {
      return findings.broken(rule, "the first observations \(first.start) and \(second.start)")
    }
    guard first.transitions.count == second.transitions.count else {
      return findings.broken(
        rule, "\(first.transitions.count) steps, then \(second.transitions.count)")
    }
    for (step, pair) in zip(first.transitions, second.transitions).enumerated() {
      let (a, b) = pair
      guard same(a.observation, b.observation), same([a.reward], [b.reward]),
        same(a.executedAction, b.executedAction), a.terminated == b.terminated,
        a.truncated == b.truncated
      else {
        return findings.broken(
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
}

extension BoxSpace {
  /// What keeps a vector from lying in the space; nil when it does.
  func stray(_ vector: [Double], tolerance: Double) -> String? {
    guard !contains(vector, tolerance: tolerance) else { return nil }
    guard vector.count == count else { return "\(vector.count) components instead of \(count)" }
    let component = vector.indices.first {
      !vector[$0].isFinite || vector[$0] < low[$0] - tolerance || vector[$0] > high[$0] + tolerance
    }
    return component.map {
      "component \($0) is \(vector[$0]), allowed \(low[$0]) to \(high[$0])"
    }
  }
}
