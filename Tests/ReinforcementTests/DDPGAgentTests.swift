import Foundation
import Tensors
import Testing

@testable import Reinforcement

@Suite struct DDPGAgentTests {
  /// Small, with every part at work.
  static var configuration: DDPGConfiguration {
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [20, 12]
    configuration.actorLogitPenalty = 0
    configuration.batchSize = 8
    configuration.replayCapacity = 50
    configuration.returnTarget = .bootstrap
    configuration.bootstrapSteps = 1
    configuration.updatesPerStep = 2
    configuration.twinCritics = true
    configuration.stepInputs = 5
    configuration.criticActionHistory = 5
    configuration.warmupEpisodes = 4
    return configuration
  }

  private let task = SeparableBudget(layers: 5, seed: 3)

  private func agent(
    _ configuration: DDPGConfiguration = configuration, seed: UInt64 = 6
  ) throws -> DDPGAgent {
    try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: configuration, streams: .init(seed: seed))
  }

  private func returns(_ agent: DDPGAgent, _ episodes: Range<Int>) throws -> [Double] {
    var returns: [Double] = []
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 6))
      .run(episodes: episodes) { record in
        returns.append(record.return)
        return true
      }
    return returns
  }

  @Test func theSameSeedGivesTheSameCurveBitForBit() throws {
    let (first, second) = (try agent(), try agent())
    #expect(try returns(first, 0..<20) == returns(second, 0..<20))
    #expect(first.state == second.state && first.replay == second.replay)
    #expect(try returns(agent(seed: 7), 0..<20) != returns(agent(), 0..<20))
  }

  @Test func learningOnDemandIsLearningByItself() throws {
    let itself = try agent()
    var configuration = Self.configuration
    configuration.updatesPerStep = 0
    let told = try agent(configuration)
    let before = told.state
    try told.learn(updates: 3)
    #expect(told.state == before, "It has no memory yet.")
    let loops = [itself, told].map {
      EpisodeLoop(environment: task, agent: $0, streams: .init(seed: 6))
    }
    for episode in 0..<12 {
      for loop in loops { _ = try loop.runEpisode(episode, exploring: true) }
      if !told.isWarmingUp {
        try told.learn(updates: Self.configuration.updatesPerStep * task.costs.count)
      }
    }
    #expect(told.state.tensors == itself.state.tensors)
    #expect(told.state.tensors != before.tensors)
  }

  @Test func evaluationChangesNothing() throws {
    let (agent, other) = (try agent(), try agent())
    _ = try returns(agent, 0..<8)
    let (state, replay) = (agent.state, agent.replay)
    let loop = EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 6))
    let first = try loop.runEpisode(0, exploring: false)
    let second = try loop.runEpisode(0, exploring: false)
    #expect(first == second)
    #expect(agent.state == state && agent.replay == replay)
    #expect(try returns(agent, 8..<14) == Array(returns(other, 0..<14)[8...]))
  }

  /// Everything at once, in the order of its names.
  static var everything: DDPGConfiguration {
    var configuration = Self.configuration
    configuration.policyDelay = 2
    configuration.targetNoise = TargetNoise()
    configuration.replay = .prioritised
    configuration.noise.schedule = .linear
    return configuration
  }

  @Test func everyOptionRepeatsBitForBitAndChangesTheCurve() throws {
    let (first, second) = (try agent(Self.everything), try agent(Self.everything))
    #expect(try returns(first, 0..<20) == returns(second, 0..<20))
    #expect(first.state == second.state && first.priorities == second.priorities)
    let plain = try returns(agent(), 0..<20)
    let changes: [(inout DDPGConfiguration) -> Void] = [
      { $0.policyDelay = 2 }, { $0.targetNoise = TargetNoise() }, { $0.replay = .prioritised },
      { $0.noise.schedule = .linear },
    ]
    for change in changes {
      var configuration = Self.configuration
      change(&configuration)
      #expect(try returns(agent(configuration), 0..<20) != plain)
    }
  }

  /// As its documentation says.
  @Test func aSecondCriticChangesNothingWhereNoneIsAsked() throws {
    var configuration = Self.configuration
    configuration.returnTarget = .monteCarlo
    let twin = try returns(agent(configuration), 0..<12)
    configuration.twinCritics = false
    #expect(try returns(agent(configuration), 0..<12) == twin)
  }

  @Test(arguments: [DDPGConfiguration.amcPaper, .td3])
  func publishedSettingsRun(_ preset: DDPGConfiguration) throws {
    var configuration = preset
    configuration.hiddenLayers = [8, 8]
    configuration.warmupEpisodes = 2
    let agent = try agent(configuration)
    let before = agent.state.tensors
    #expect(try returns(agent, 0..<6).allSatisfy(\.isFinite))
    #expect(agent.state.tensors.count == (preset.twinCritics ? 18 : 12))
    for (name, tensor) in agent.state.tensors { #expect(tensor != before[name], "\(name)") }
  }

  @Test func replayHoldsExecutedActions() throws {
    let agent = try agent()
    var executed: [Float] = []
    var requested: [Float] = []
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 6))
      .run(episodes: 0..<6) { record in
        executed += record.steps.flatMap { task.actionSpace.normalized($0.executedAction) }
        requested += record.steps.flatMap { task.actionSpace.normalized($0.requestedAction) }
        return true
      }
    let replay = agent.replay
    #expect((0..<replay.count).flatMap { replay[$0].action } == executed)
    #expect(executed != requested)
  }

  @Test func nothingIsLearnedDuringTheWarmup() throws {
    let agent = try agent()
    let weights = agent.state.tensors
    _ = try returns(agent, 0..<3)
    #expect(agent.isWarmingUp)
    #expect(agent.state.tensors == weights)
    _ = try returns(agent, 3..<5)
    #expect(!agent.isWarmingUp)
    #expect(agent.state.tensors != weights)
  }

  @Test func theCriticLearnsAMonteCarloReturn() throws {
    var configuration = Self.configuration
    configuration.returnTarget = .monteCarlo
    var generator = SeededGenerator(seed: 2)
    configuration.stepInputs = 0
    configuration.criticActionHistory = 0
    configuration.criticLearningRate = 3e-3
    var learner = try DDPGLearner(
      observationCount: 2, actionCount: 1, configuration: configuration, using: &generator,
      targetNoise: SeededGenerator(seed: 0), pool: WorkerPool(threads: 1))
    var replay = ReplayBuffer(capacity: 64, observationCount: 2, actionCount: 1)
    for _ in 0..<64 {
      let action = Float(generator.uniform(in: -1...1))
      replay.append(
        Experience(
          observation: [0.5, 1], action: [action], reward: 3 - (action - 0.4) * (action - 0.4),
          discount: 0, baselineWeight: 1, nextObservation: [0, 0]))
    }
    var losses: [Double] = []
    for _ in 0..<3000 {
      let errors = try learner.update(
        from: replay, at: replay.sample(8, using: &generator), baseline: 2.5, scale: 0.5)
      losses.append(errors.reduce(0) { $0 + Double($1 * $1) } / 8)
    }
    #expect(losses.suffix(50).reduce(0, +) / 50 < 0.02)
    // The actor moves to where the reward is largest: 0.4 in −1…1.
    _ = try learner.actor.online.input("observation").update(
      fromContentsOf: (0..<8).flatMap { _ in [Float(0.5), 1] })
    learner.actor.online.forward()
    #expect(abs(try learner.actor.online.output("action")[5] - 0.7) < 0.08)
  }

  @Test func theLearningCurveIsTheRecordedOne() throws {
    let curve = try returns(agent(), 0..<20)
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/learning-curve.json")
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
      try JSONEncoder().encode(curve).write(to: file)
    }
    let recorded = try JSONDecoder().decode([Double].self, from: Data(contentsOf: file))
    // Processors round differently, and learning enlarges that; the bits are those of one machine.
    #expect(curve.count == recorded.count)
    for (found, expected) in zip(curve, recorded) { #expect(abs(found - expected) < 1e-4) }
  }
}
