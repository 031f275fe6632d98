import Tensors
import Testing

@testable import Reinforcement

/// Environments that say at an episode's end what was carried out, as HAQ's does.
@Suite struct SettledEpisodeTests {
  @Test func agentsSeeTheEpisodeAsItWasSettled() throws {
    let agent = WatchingAgent()
    let loop = EpisodeLoop(
      environment: HalvingEnvironment(), agent: agent, streams: RandomStreams(seed: 1))
    let record = try loop.runEpisode(0)
    #expect(agent.acted == [[0, 1], [1, 0.8], [2, 0.8]], "while acting nothing is settled yet")
    #expect(agent.steps.map(\.observation) == [[0, 1], [1, 0.4], [2, 0.4]])
    #expect(agent.steps.map(\.requestedAction) == [[0.8], [0.8], [0.8]])
    #expect(agent.steps.map(\.executedAction) == [[0.4], [0.4], [0.4]])
    #expect(agent.steps.map(\.nextObservation) == [[1, 0.4], [2, 0.4], [3, 0.8]])
    #expect(agent.steps.map(\.reward) == [0, 0, 7])
    #expect(agent.steps.map(\.terminated) == [false, false, true])
    #expect(agent.events == ["begin", "act", "act", "act", "see", "see", "see", "end 7.0"])
    #expect(record.steps.map(\.executedAction) == [[0.4], [0.4], [0.4]])
    #expect(record.steps.map(\.requestedAction) == [[0.8], [0.8], [0.8]])
    #expect(record.return == 7)
  }

  @Test func withoutAWordAtTheEndTheStepsStayAsTheyWere() throws {
    let (agent, environment) = (WatchingAgent(), HalvingEnvironment())
    environment.settles = .never
    _ = try EpisodeLoop(
      environment: environment, agent: agent, streams: RandomStreams(seed: 1)
    ).runEpisode(0)
    #expect(agent.steps.map(\.observation) == [[0, 1], [1, 0.8], [2, 0.8]])
    #expect(agent.steps.map(\.executedAction) == [[0.8], [0.8], [0.8]])
  }

  @Test func aSettledEpisodeOfAnotherLengthBreaksTheContract() throws {
    let environment = HalvingEnvironment()
    environment.settles = .short
    let loop = EpisodeLoop(
      environment: environment, agent: WatchingAgent(), streams: RandomStreams(seed: 1))
    #expect(
      throws: EnvironmentError.contract(
        episode: 0, step: 3, expected: "a settled episode of as many steps", found: "2")
    ) { try loop.runEpisode(0) }
  }

  @Test func aSettledStepOutsideItsSpaceBreaksTheContract() throws {
    let environment = HalvingEnvironment()
    environment.settles = .outside
    let loop = EpisodeLoop(
      environment: environment, agent: WatchingAgent(), streams: RandomStreams(seed: 1))
    #expect(
      throws: EnvironmentError.contract(
        episode: 0, step: 2, expected: "a settled action in its space",
        found: "component 0 is 1.4, allowed 0.0 to 1.0")
    ) { try loop.runEpisode(0) }
    let report = EnvironmentContract.report(on: environment)
    #expect(report.violations.map(\.rule).contains(.settledInSpaces))
  }

  /// One input for each step, the actions so far, and what was carried out: row by row.
  @Test func replayHoldsSettledStepsAtTheirPlaces() throws {
    let environment = HalvingEnvironment()
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [6]
    configuration.warmupEpisodes = 50
    configuration.stepInputs = 3
    configuration.criticActionHistory = 3
    let agent = try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: configuration, streams: RandomStreams(seed: 2))
    let loop = EpisodeLoop(
      environment: environment, agent: agent, streams: RandomStreams(seed: 2))
    for episode in 0..<2 {
      let record = try loop.runEpisode(episode)
      let halves = record.steps.map { Float($0.requestedAction[0] / 2) }
      #expect(agent.replay.count == 3 * (episode + 1))
      for step in 0..<3 {
        let row = agent.replay[3 * episode + step]
        #expect(row.reward == 7)
        #expect(abs(row.action[0] - (2 * halves[step] - 1)) < 1e-6)
        let seen = step == 0 ? 1 : halves[step - 1]
        #expect(abs(row.observation[1] - seen) < 1e-6 && row.observation[0] == Float(step))
        #expect(Array(row.observation[2..<5]) == (0..<3).map { $0 == step ? 1 : 0 })
        for earlier in 0..<3 {
          let known = earlier < step ? 2 * halves[earlier] - 1 : 0
          #expect(abs(row.observation[5 + earlier] - known) < 1e-6)
        }
      }
    }
  }
}

/// Around what an environment suggests.
@Suite struct SuggestionTests {
  private static let starts = [[[0.1], [0.9], [0.5]], [[0.3], [0.2], [0.8]]]

  private func agent(
    _ warmup: Int = 5, _ exploration: DDPGConfiguration.WarmupExploration = .suggestion,
    starts: [[[Double]]] = starts, seed: UInt64 = 3
  ) throws -> DDPGAgent {
    let environment = HalvingEnvironment()
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [6]
    configuration.warmupEpisodes = warmup
    configuration.warmupExploration = exploration
    configuration.stepInputs = 0
    configuration.criticActionHistory = 0
    configuration.updatesPerStep = 0
    return try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: configuration, streams: RandomStreams(seed: seed), starts: starts)
  }

  private func actions(_ agent: DDPGAgent, episodes: Int) throws -> [[Double]] {
    let loop = EpisodeLoop(
      environment: HalvingEnvironment(), agent: agent, streams: RandomStreams(seed: 3))
    return try (0..<episodes).map { episode in
      try loop.runEpisode(episode).steps.map { $0.requestedAction[0] }
    }
  }

  @Test func theFirstEpisodeIsTheSuggestionAndLaterOnesLieAroundIt() throws {
    let actions = try actions(agent(200), episodes: 200)
    for (episode, start) in Self.starts.enumerated() {
      #expect(zip(actions[episode], start).allSatisfy { abs($0 - $1[0]) < 1e-6 })
    }
    #expect(actions.joined().allSatisfy { (0...1).contains($0) })
    func spread(_ episodes: Range<Int>) -> Double {
      let own = actions[episodes].map { pow2($0[2] - 0.5) }
      return own.reduce(0, +) / Double(own.count)
    }
    // The deviation grows from 0 to the noise's first one.
    #expect(spread(2..<50) < spread(50..<100) && spread(50..<100) < spread(150..<200))
    #expect(actions[2] != actions[0])
  }

  @Test func anActorWithNoiseBeginsWithTheSuggestionsToo() throws {
    let actions = try actions(agent(4, .noise), episodes: 4)
    for (episode, start) in Self.starts.enumerated() {
      #expect(zip(actions[episode], start).allSatisfy { abs($0 - $1[0]) < 1e-6 })
    }
    #expect(Set(actions).count == 4)
  }

  private func pow2(_ x: Double) -> Double { x * x }

  @Test func theSameSeedDrawsTheSame() throws {
    #expect(try actions(agent(), episodes: 8) == actions(agent(), episodes: 8))
    #expect(try actions(agent(seed: 4), episodes: 8) != actions(agent(), episodes: 8))
  }

  @Test func withoutASuggestionDrawsAreUniform() throws {
    for starts in [[], [[[0.5]]]] {
      let drawn = try actions(agent(300, starts: starts), episodes: 300).map { $0[1] }
      let mean = drawn.reduce(0, +) / 300
      #expect(abs(mean - 0.5) < 0.06)
      #expect((drawn.min() ?? 1) < 0.03 && (drawn.max() ?? 0) > 0.97)
    }
  }
}

/// Three steps; what was asked for is halved in the end.
///
/// Sees the step and the action before.
private final class HalvingEnvironment: Environment {
  enum Settling { case wholly, short, outside, never }

  let observationSpace = BoxSpace(0...3, 0...1)
  let actionSpace = BoxSpace(count: 1, in: 0...1)
  let settlesAtEnd = true
  var settles = Settling.wholly
  private var asked: [Double] = []

  func reset(seed: UInt64) -> EpisodeStart {
    asked = []
    return EpisodeStart(observation: [0, 1])
  }

  func step(_ action: [Double]) -> Transition {
    asked.append(action[0])
    var transition = Transition(
      observation: [Double(asked.count), action[0]], reward: asked.count == 3 ? 7 : 0,
      terminated: asked.count == 3, executedAction: action)
    guard asked.count == 3, settles != .never else { return transition }
    let halves = asked.map { $0 / 2 }
    let steps = halves.indices.map { position in
      SettledEpisode.Step(
        observation: [Double(position), position == 0 ? 1 : halves[position - 1]],
        action: [halves[position]])
    }
    if settles == .outside {
      var steps = steps
      steps[1].action = [1.4]
      transition.settled = SettledEpisode(steps: steps)
      return transition
    }
    transition.settled = SettledEpisode(steps: settles == .short ? Array(steps.prefix(2)) : steps)
    return transition
  }
}

/// Always asks for 0.8 and writes down what it is told.
private final class WatchingAgent: Agent {
  let name = "watching"
  var events: [String] = []
  var acted: [[Double]] = []
  var steps: [AgentStep] = []

  func beginEpisode(_ index: Int, exploring: Bool) { events.append("begin") }

  func act(_ observation: [Double]) -> [Double] {
    events.append("act")
    acted.append(observation)
    return [0.8]
  }

  func observe(_ step: AgentStep) {
    events.append("see")
    steps.append(step)
  }

  func endEpisode(return total: Double) { events.append("end \(total)") }
}
