import Reinforcement
import Testing

@Suite struct EnvironmentContractTests {
  @Test func pendulumKeepsTheContract() {
    #expect(EnvironmentContract.check(Pendulum()) == [])
  }

  @Test(arguments: [UInt64](1...5))
  func separableBudgetKeepsTheContract(seed: UInt64) {
    #expect(EnvironmentContract.check(SeparableBudget(layers: 13, seed: seed), seed: seed) == [])
  }

  @Test func aBadEnvironmentBreaksEveryRuleItShould() {
    let violations = EnvironmentContract.check(BadEnvironment())
    #expect(
      Set(violations.map(\.rule)) == [
        .observationInSpace, .rewardIsFinite, .executedActionInSpace, .stepAfterEndThrows,
        .wrongLengthThrows, .notFiniteThrows, .seedRepeats, .executedActionRepeats,
        .stepBeforeResetThrows,
      ])
    let reward = violations.first { $0.rule == .rewardIsFinite }
    #expect(reward?.description == "not so: every reward is finite (inf at step 1)")
  }

  @Test func whatWasNeverTriedDoesNotHold() {
    let report = EnvironmentContract.report(on: UnwillingEnvironment())
    #expect(report.violations.map(\.rule) == [.nothingThrows])
    #expect(
      Set(EnvironmentContract.Rule.allCases).subtracting(report.untried.keys) == [
        .spacesAreBounded, .stepBeforeResetThrows, .nothingThrows,
      ])
    #expect(report.untried[.stepAfterEndThrows] == "the first episode ended with an error")
  }

  @Test func aSoundEnvironmentLeavesLittleUntried() {
    let report = EnvironmentContract.report(on: Pendulum())
    #expect(report.violations == [])
    #expect(Set(report.untried.keys) == [.settledInSpaces, .budgetIsKept])
    let used = EnvironmentContract.report(on: Pendulum(), isFresh: false)
    #expect(used.untried[.stepBeforeResetThrows] != nil)
  }

  @Test func extremeActionsAreTried() {
    // A walk of ten steps of one begins within three of the middle.
    #expect(EnvironmentContract.check(WalkEnvironment(bound: 13)) == [])
    let violations = EnvironmentContract.check(WalkEnvironment(bound: 10))
    #expect(violations.map(\.rule) == [.observationInSpace])
  }

  @Test(arguments: [true, false])
  func aBudgetIsKeptOrNot(isKept: Bool) {
    let report = EnvironmentContract.report(on: Pendulum()) { _ in isKept }
    #expect(report.untried[.budgetIsKept] == nil)
    #expect(report.violations.map(\.rule) == (isKept ? [] : [.budgetIsKept]))
  }

  @Test func anAgentThatDivergesIsToldOfWithTheEpisode() throws {
    let loop = EpisodeLoop(
      environment: EndlessEnvironment(), agent: DivergedAgent(), streams: .init(seed: 1))
    #expect {
      try loop.runEpisode(4)
    } throws: { "\($0)".hasPrefix("episode 4, step 1: the agent asked for [nan]") }
  }

  @Test func anEpisodeWithoutEndIsReported() {
    let violations = EnvironmentContract.check(EndlessEnvironment(), stepLimit: 30)
    #expect(violations.map(\.rule) == [.stepBeforeResetThrows, .episodeEnds])
  }

  @Test func theLoopCutsAnEndlessEpisodeOff() throws {
    let environment = EndlessEnvironment()
    let agent = try RandomAgent(actionSpace: environment.actionSpace, streams: .init(seed: 3))
    let loop = EpisodeLoop(
      environment: environment, agent: agent, streams: .init(seed: 3), stepLimit: 7)
    let record = try loop.runEpisode(0)
    #expect(record.steps.count == 7)
    #expect(!record.terminated)
    #expect(record.return == 7)
  }
}

/// Counts its steps over all episodes, so that nothing repeats, and accepts anything.
private final class BadEnvironment: Environment {
  let observationSpace = BoxSpace(count: 2, in: 0...1)
  let actionSpace = BoxSpace(count: 1, in: -1...1)
  private var steps = 0

  func reset(seed: UInt64) -> EpisodeStart {
    EpisodeStart(observation: [Double(steps), 0])
  }

  func step(_ action: [Double]) -> Transition {
    steps += 1
    return Transition(
      observation: [Double(steps), 0], reward: .infinity, terminated: true,
      executedAction: [5])
  }
}

/// Cannot begin.
private final class UnwillingEnvironment: Environment {
  let observationSpace = BoxSpace(count: 2, in: 0...1)
  let actionSpace = BoxSpace(count: 1, in: -1...1)

  func reset(seed: UInt64) throws -> EpisodeStart { throw EnvironmentError.space("no room") }

  func step(_ action: [Double]) throws -> Transition { throw EnvironmentError.episodeIsOver }
}

/// Ten steps to either side.
private final class WalkEnvironment: Environment {
  let observationSpace: BoxSpace
  let actionSpace = BoxSpace(-1...1)
  private var (place, left) = (0.0, 0)

  init(bound: Double) { observationSpace = BoxSpace(-bound...bound) }

  func reset(seed: UInt64) -> EpisodeStart {
    (place, left) = (2.9, 10)
    return EpisodeStart(observation: [place])
  }

  func step(_ action: [Double]) throws -> Transition {
    guard left > 0 else { throw EnvironmentError.episodeIsOver }
    let action = try actionSpace.checked(action)
    (place, left) = (place + action[0], left - 1)
    return Transition(
      observation: [place], reward: 0, truncated: left == 0, executedAction: action)
  }
}

/// Asks for nothing that is a number.
private final class DivergedAgent: Agent {
  let name = "diverged"
  func beginEpisode(_ index: Int, exploring: Bool) {}
  func act(_ observation: [Double]) -> [Double] { [.nan] }
  func observe(_ step: AgentStep) {}
  func endEpisode(return total: Double) {}
}

/// Never ends.
private final class EndlessEnvironment: Environment {
  let observationSpace = BoxSpace(count: 2, in: 0...1)
  let actionSpace = BoxSpace(count: 1, in: -1...1)

  func reset(seed: UInt64) -> EpisodeStart { EpisodeStart(observation: [0, 0]) }

  func step(_ action: [Double]) throws -> Transition {
    Transition(
      observation: [0, 1], reward: 1, executedAction: try actionSpace.checked(action))
  }
}
