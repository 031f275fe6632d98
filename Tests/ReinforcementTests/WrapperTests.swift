import Reinforcement
import Tensors
import Testing

@Suite struct WrapperTests {
  @Test func wrappedEnvironmentsKeepTheContract() throws {
    #expect(EnvironmentContract.check(TimeLimit(Pendulum(), steps: 7)) == [])
    #expect(EnvironmentContract.check(try RescaledActions(Pendulum())) == [])
    #expect(EnvironmentContract.check(try NormalizedObservations(bounds: Pendulum())) == [])
    let measured = try NormalizedObservations(measuring: Pendulum(), streams: .init(seed: 1))
    #expect(EnvironmentContract.check(measured) == [])
  }

  @Test func aTimeLimitTruncates() throws {
    let environment = TimeLimit(Pendulum(), steps: 3)
    _ = try environment.reset(seed: 1)
    #expect(try !environment.step([0]).ended)
    #expect(try !environment.step([0]).ended)
    let last = try environment.step([0])
    #expect(last.truncated && !last.terminated)
    #expect(throws: EnvironmentError.episodeIsOver) { try environment.step([0]) }
  }

  @Test func actionsAreMappedThereAndBack() throws {
    let own = Pendulum()
    let environment = try RescaledActions(Pendulum())
    #expect(environment.actionSpace == BoxSpace(-1...1))
    _ = own.reset(seed: 4)
    _ = try environment.reset(seed: 4)
    // Half of −1…1's upper side is half of the torque's: 1 N·m.
    let (one, other) = (try own.step([1]), try environment.step([0.5]))
    #expect(one.observation == other.observation)
    #expect(other.executedAction == [0.5])
    #expect(try environment.step([9]).executedAction == [1])
    #expect(throws: EnvironmentError.self) {
      try RescaledActions(Pendulum(), to: BoxSpace(-1...1, -1...1))
    }
  }

  @Test func observationsAreScaledByTheirBounds() throws {
    let own = Pendulum()
    let environment = try NormalizedObservations(bounds: Pendulum())
    #expect(environment.observationSpace == BoxSpace(-1...1, -1...1, -1...1))
    let (one, other) = (own.reset(seed: 2), try environment.reset(seed: 2))
    #expect(other.observation == [one.observation[0], one.observation[1], one.observation[2] / 8])
  }

  @Test func measuredObservationsHaveMeanZeroAndDeviationOne() throws {
    let measured = try NormalizedObservations(
      measuring: Pendulum(), steps: 4000, streams: .init(seed: 1))
    // The same observations, gathered here and summed the plain way.
    var stream = RandomStreams(seed: 1).stream("observations")
    let own = Pendulum()
    var seen: [[Double]] = []
    var episode: UInt64 = 0
    while seen.count < 4000 {
      seen.append(own.reset(seed: episode).observation)
      episode += 1
      while seen.count < 4000 {
        let transition = try own.step(own.actionSpace.sample(using: &stream))
        seen.append(transition.observation)
        if transition.ended { break }
      }
    }
    for component in 0..<3 {
      let values = seen.map { $0[component] }
      let mean = values.reduce(0, +) / 4000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
      #expect(abs(measured.centre[component] - mean) < 1e-9)
      #expect(abs(measured.spread[component] - variance.squareRoot()) < 1e-9)
    }
  }
}
