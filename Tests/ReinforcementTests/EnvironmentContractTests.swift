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
      ])
    #expect(violations[0].description == "not so: every reward is finite (inf at step 1)")
  }

  @Test func anEpisodeWithoutEndIsReported() {
    let violations = EnvironmentContract.check(EndlessEnvironment(), stepLimit: 30)
    #expect(violations.map(\.rule) == [.episodeEnds])
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
