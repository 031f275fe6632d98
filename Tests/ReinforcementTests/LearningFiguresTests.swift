import Tensors
import Testing

@testable import Reinforcement

@Suite struct LearningFiguresTests {
  @Test func figuresAreMeansOverUpdates() {
    var figures = LearningFigures()
    #expect(figures.criticLoss == nil && figures.meanValue == nil && figures.actorLoss == nil)
    // Q = (3, 1) and (2, 2); squares 4 and 1, then 0 and 16 at half weight.
    figures.addCritic(errors: [2, -1], targets: [1, 2], weights: nil)
    figures.addCritic(errors: [0, 4], targets: [2, -2], weights: [1, 0.5])
    figures.addActor(values: [1, 2, 6])
    #expect(figures.updates == 2 && figures.actorUpdates == 1)
    #expect(figures.criticLoss == (2.5 + 4) / 2)
    #expect(figures.meanValue == 2)
    #expect(figures.actorLoss == -3)
  }

  @Test func anAgentTellsOfTheEpisodeAtHand() throws {
    let streams = RandomStreams(seed: 1)
    let environment = SeparableBudget(layers: 4, seed: 1)
    var configuration = DDPGConfiguration()
    configuration.hiddenLayers = [8]
    configuration.batchSize = 4
    configuration.warmupEpisodes = 2
    let agent = try DDPGAgent(
      observationSpace: environment.observationSpace, actionSpace: environment.actionSpace,
      configuration: configuration.resolved(steps: 4), streams: streams)
    let loop = EpisodeLoop(environment: environment, agent: agent, streams: streams)
    var told: [(LearningFigures, Double?)] = []
    try loop.run(episodes: 0..<4) { _ in
      told.append((agent.learningFigures, agent.explorationDeviation))
      return true
    }
    #expect(told[0].0.updates == 0 && told[0].1 == nil)
    #expect(told[3].0.updates > 0 && told[3].0.criticLoss?.isFinite == true)
    #expect(told[3].1 == configuration.noise.standardDeviation(afterWarmup: 1))
    _ = try loop.runEpisode(0, exploring: false)
    #expect(agent.learningFigures == told[3].0)
  }
}
