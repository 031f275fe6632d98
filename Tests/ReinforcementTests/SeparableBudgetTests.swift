import Foundation
import Reinforcement
import Tensors
import Testing

@Suite struct SeparableBudgetTests {
  /// The best of `episodes` episodes.
  private func best(_ agent: any Agent, _ task: SeparableBudget, episodes: Int) throws -> Double {
    var best = -Double.infinity
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 1))
      .run(episodes: 0..<episodes) { record in
        best = max(best, record.return)
        return true
      }
    return best
  }

  private func ddpg(_ task: SeparableBudget, seed: UInt64) throws -> DDPGAgent {
    try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: DDPGConfiguration().resolved(steps: task.costs.count),
      streams: .init(seed: seed))
  }

  @Test func theBudgetIsMetExactly() throws {
    let task = SeparableBudget(layers: 13, seed: 2)
    let agent = try RandomAgent(actionSpace: task.actionSpace, streams: .init(seed: 4))
    let loop = EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 4))
    for index in 0..<50 {
      let record = try loop.runEpisode(index)
      let cost = try #require(record.finalInfo["cost"]?.number)
      #expect(abs(cost - task.budget) < 1e-9)
    }
  }

  @Test func theOptimumIsThatOfDynamicProgramming() {
    let task = SeparableBudget(layers: 5, seed: 7)
    // Best reward for each amount spent, in units of the budget / 4000; costs are rounded down.
    let units = 4000
    var value = [Double](repeating: 0.9, count: units + 1)
    for layer in task.costs.indices {
      var next = [Double](repeating: -.infinity, count: units + 1)
      for percent in 20...200 {
        let ratio = Double(percent) / 200
        let spent = Int(ratio * task.costs[layer] / task.budget * Double(units))
        let loss = task.sensitivities[layer] * pow(1 - ratio, task.powers[layer])
        guard spent <= units else { continue }
        for total in spent...units { next[total] = max(next[total], value[total - spent] - loss) }
      }
      value = next
    }
    #expect(abs((value.max() ?? 0) - task.optimum) < 2e-3)
  }

  @Test func ddpgBeatsRandomSearchWithFewEpisodes() throws {
    let task = SeparableBudget(layers: 9, seed: 1)
    let learned = try best(ddpg(task, seed: 1), task, episodes: 160)
    let random = try best(
      RandomAgent(actionSpace: task.actionSpace, streams: .init(seed: 1)), task, episodes: 160)
    #expect(learned > random)
  }

  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["ESPALIER_SLOW"] == "1"),
    arguments: [UInt64(1), 2, 3], [9, 12, 16])
  func ddpgComesWithinTwoPercentOfTheOptimum(seed: UInt64, layers: Int) throws {
    let task = SeparableBudget(layers: layers, seed: seed)
    let clock = ContinuousClock()
    let start = clock.now
    let agent = try ddpg(task, seed: seed)
    let learned = try best(agent, task, episodes: 400)
    let seconds = clock.now - start
    let random = try best(
      RandomAgent(actionSpace: task.actionSpace, streams: .init(seed: seed)), task,
      episodes: 400)
    let greedy = try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 1))
      .runEpisode(0, exploring: false).return
    print(
      "\(layers) layers, seed \(seed): optimum \(task.optimum), ddpg \(learned), "
        + "without noise \(greedy), random \(random), \(seconds)")
    #expect(learned >= 0.98 * task.optimum)
    #expect(learned > random)
  }
}
