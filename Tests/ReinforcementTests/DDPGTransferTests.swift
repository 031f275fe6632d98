import Tensors
import Testing

@testable import Reinforcement

@Suite struct DDPGTransferTests {
  private static var configuration: DDPGConfiguration {
    var configuration = DDPGAgentTests.configuration
    configuration.returnTarget = .monteCarlo
    configuration.transferWarmupEpisodes = 3
    return configuration
  }

  private func agent(
    _ configuration: DDPGConfiguration = configuration,
    on task: SeparableBudget = SeparableBudget(layers: 5, seed: 3), seed: UInt64 = 6,
    from saved: DDPGState? = nil
  ) throws -> DDPGAgent {
    try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: configuration, streams: .init(seed: seed), from: saved)
  }

  private func run(
    _ agent: DDPGAgent, _ episodes: Range<Int>,
    on task: SeparableBudget = SeparableBudget(layers: 5, seed: 3)
  ) throws -> [Double] {
    var returns: [Double] = []
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 6))
      .run(episodes: episodes) { record in
        returns.append(record.return)
        return true
      }
    return returns
  }

  /// What a trained agent hands on.
  private func trained(_ configuration: DDPGConfiguration = configuration) throws -> DDPGState {
    let agent = try agent(configuration)
    _ = try run(agent, 0..<12)
    return agent.state
  }

  @Test func aTransferredAgentActsAsTheSavedOneDid() throws {
    let first = try agent()
    _ = try run(first, 0..<12)
    let second = try agent(seed: 99, from: first.state)
    let task = SeparableBudget(layers: 5, seed: 3)
    let episodes = try [first, second].map {
      try EpisodeLoop(environment: task, agent: $0, streams: .init(seed: 1))
        .runEpisode(0, exploring: false)
    }
    #expect(episodes[0] == episodes[1])
    #expect(second.state == first.state)
    #expect(try agent(seed: 99).state.tensors != first.state.tensors)
  }

  @Test func theWarmupIsTheSavedActorWithNoise() throws {
    var configuration = Self.configuration
    let saved = try trained()
    // Without noise the first episodes are the saved actor's own: uniform draws would not repeat.
    configuration.noise = ExplorationNoise(schedule: .constant, standardDeviation: 0)
    configuration.warmupEpisodes = 1000
    let agent = try agent(configuration, from: saved)
    let returns = try run(agent, 0..<3)
    #expect(Set(returns).count == 1)
    #expect(agent.isWarmingUp == false && agent.state.tensors != saved.tensors)
    #expect(agent.state.returns == saved.returns)
  }

  @Test func learningBeginsAfterTheTransfersOwnWarmup() throws {
    let saved = try trained()
    let agent = try agent(from: saved)
    _ = try run(agent, 0..<2)
    #expect(agent.isWarmingUp && agent.state.tensors == saved.tensors)
    _ = try run(agent, 2..<4)
    #expect(!agent.isWarmingUp && agent.state.tensors != saved.tensors)
    #expect(saved.returns.count == 4 && agent.state.returns == saved.returns)
  }

  @Test func theSameSavedAgentAndSeedGiveTheSameCurve() throws {
    let saved = try trained()
    let curves = try (0..<2).map { _ in try run(agent(seed: 8, from: saved), 0..<9) }
    #expect(curves[0] == curves[1])
    #expect(try run(agent(seed: 8), 0..<9) != curves[0])
  }

  @Test func anAgentWithoutStepInputsGoesToATaskOfAnotherLength() throws {
    var configuration = Self.configuration
    configuration.stepInputs = 0
    configuration.criticActionHistory = 0
    let saved = try trained(configuration)
    let longer = SeparableBudget(layers: 8, seed: 5)
    let agent = try agent(configuration, on: longer, from: saved)
    let returns = try run(agent, 0..<8, on: longer)
    #expect(returns.allSatisfy(\.isFinite) && agent.state.tensors != saved.tensors)
  }

  @Test func networksForAnotherNumberOfStepsAreRefusedInOneSentence() throws {
    var open = Self.configuration
    open.stepInputs = nil
    open.criticActionHistory = nil
    let saved = try trained(open.resolved(steps: 5))
    let error = #expect(throws: DDPGTransferError.self) {
      try agent(open.resolved(steps: 8), from: saved)
    }
    #expect(
      error.map { "\($0)" }
        == "the saved agent does not fit: stepInputs and criticActionHistory were 5 and 5 there and "
        + "are 8 and 8 here; between networks with another number of steps both fields are 0 in "
        + "either search (stepInputs=0, criticActionHistory=0)")
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let saved = try trained()
    func refusal(_ change: (inout DDPGConfiguration) -> Void) -> String {
      var configuration = Self.configuration
      change(&configuration)
      do {
        _ = try agent(configuration, from: saved)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      refusal { $0.hiddenLayers = [20, 13] }
        == "the saved agent does not fit: hiddenLayers was [20, 12] there and is [20, 13] here")
    #expect(refusal { $0.actionEntry = .input }.contains("actionEntry was secondLayer"))
    #expect(refusal { $0.twinCritics = false }.contains("twinCritics was true"))
    #expect(refusal { $0.rewardAssignment = .everyStep }.contains("rewardAssignment was asGiven"))
    #expect(refusal { $0.returnNormalization = .none }.contains("is none here"))
    #expect(
      refusal {
        $0.criticLearningRate = 0.1
        $0.replayCapacity = 9
        $0.returnTarget = .bootstrap
        $0.replay = .prioritised
      } == "accepted")
  }

  @Test func brokenTensorsAreRefused() throws {
    let saved = try trained()
    func refusal(_ name: String, _ tensor: Tensor?) -> String {
      var broken = saved
      broken.tensors[name] = tensor
      do {
        _ = try agent(from: broken)
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    let name = "critic2/value.bias"
    #expect(
      refusal(name, nil)
        == "the saved agent's tensor critic2/value.bias: expected the shape \(Shape([1])), found none"
    )
    #expect(refusal(name, Tensor(shape: [2])).hasSuffix("found \(Shape([2]))"))
    #expect(refusal(name, Tensor(shape: [1], repeating: .nan)).contains("finite numbers"))
    #expect(refusal(name, saved.tensors[name]) == "accepted")
  }
}
