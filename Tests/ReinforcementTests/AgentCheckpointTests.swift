import Foundation
import Tensors
import Testing

@testable import Reinforcement

/// Agents that are saved between episodes and go on in another object.
@Suite struct AgentCheckpointTests {
  private let task = SeparableBudget(layers: 5, seed: 3)

  private func returns(_ agent: any Agent, _ episodes: Range<Int>) throws -> [Double] {
    var returns: [Double] = []
    try EpisodeLoop(environment: task, agent: agent, streams: .init(seed: 6))
      .run(episodes: episodes) { record in
        returns.append(record.return)
        return true
      }
    return returns
  }

  private func agent(_ configuration: DDPGConfiguration, seed: UInt64 = 6) throws -> DDPGAgent {
    try DDPGAgent(
      observationSpace: task.observationSpace, actionSpace: task.actionSpace,
      configuration: configuration, streams: .init(seed: seed))
  }

  /// Every part that has a state of its own: twins, delay, target noise, priorities, drift.
  private static var configurations: [DDPGConfiguration] {
    var full = DDPGAgentTests.configuration
    full.policyDelay = 2
    full.targetNoise = TargetNoise(deviation: 0.1, clip: 0.25)
    full.replay = .prioritised
    full.noise = ExplorationNoise(shape: .ornsteinUhlenbeck)
    var steps = DDPGAgentTests.configuration
    steps.updateTiming = .step
    steps.returnNormalization = .movingAverage
    return [DDPGAgentTests.configuration, full, steps]
  }

  @Test(arguments: 0..<3, [0, 3, 4, 11])
  func aRestoredAgentGoesOnBitForBit(_ number: Int, _ position: Int) throws {
    let configuration = Self.configurations[number]
    let whole = try agent(configuration)
    let before = try returns(whole, 0..<position)
    let saved = try whole.checkpoint()
    // Another seed: nothing of the new agent's own beginning may be left.
    let other = try agent(configuration, seed: 99)
    try other.restore(saved)
    #expect(try other.checkpoint() == saved)
    let after = try returns(whole, position..<20)
    #expect(try returns(other, position..<20) == after)
    #expect(other.state == whole.state && other.replay == whole.replay)
    #expect(other.priorities == whole.priorities)
    #expect(before.count + after.count == 20)
  }

  @Test func aRandomAgentGoesOnWhereItsStreamStood() throws {
    let whole = try RandomAgent(actionSpace: task.actionSpace, streams: .init(seed: 1))
    _ = try returns(whole, 0..<4)
    let saved = try whole.checkpoint()
    let other = try RandomAgent(actionSpace: task.actionSpace, streams: .init(seed: 2))
    try other.restore(saved)
    #expect(try returns(other, 4..<9) == returns(whole, 4..<9))
  }

  @Test func whatNoSuchAgentSavedIsRefused() throws {
    let own = try agent(DDPGAgentTests.configuration)
    _ = try returns(own, 0..<6)
    #expect(throws: AgentCheckpointError.unreadable(agent: "ddpg")) {
      try own.restore(Data("{}".utf8))
    }
    var wider = DDPGAgentTests.configuration
    wider.hiddenLayers = [21, 12]
    #expect(throws: AgentCheckpointError.self) { try agent(wider).restore(own.checkpoint()) }
    var longer = DDPGAgentTests.configuration
    longer.replayCapacity = 51
    #expect(throws: AgentCheckpointError.self) { try agent(longer).restore(own.checkpoint()) }
    var single = DDPGAgentTests.configuration
    single.twinCritics = false
    #expect(throws: AgentCheckpointError.self) { try agent(single).restore(own.checkpoint()) }
  }

  @Test func aSumTreeIsItsWeights() throws {
    var tree = SumTree(count: 5)
    for (position, weight) in [0.1, 0, 0.7, 1e-9, 3].enumerated() { tree[position] = weight }
    let read = try JSONDecoder().decode(SumTree.self, from: JSONEncoder().encode(tree))
    #expect(read == tree)
    try read.checkInvariants()
  }
}
