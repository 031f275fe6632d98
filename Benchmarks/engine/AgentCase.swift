import Foundation
import Interchange
import Reinforcement
import Tensors

/// One update of a DDPG agent: sampling, target pass, critic and actor with Adam, soft updates.
final class AgentCase: BenchmarkCase {
  private static let observationCount = 10

  let work = 1.0
  private let configuration: DDPGConfiguration
  private let agent: DDPGAgent

  init(_ description: CaseDescription) throws {
    var configuration = DDPGConfiguration.amcPaper
    configuration.hiddenLayers = try description.need(\.hiddenLayers, "hiddenLayers")
    configuration.batchSize = try description.need(\.batch, "batch")
    let entry = try description.need(\.actionEntry, "actionEntry")
    guard let entry = DDPGConfiguration.ActionEntry(rawValue: entry) else {
      throw BenchmarkError.request("there is no actionEntry '\(entry)'")
    }
    configuration.actionEntry = entry
    configuration.rewardAssignment = .asGiven
    configuration.returnNormalization = .none
    configuration.discount = 0.99
    // Learns when it is told to alone: no episode ends.
    configuration.updateTiming = .episode
    configuration.warmupEpisodes = 0
    self.configuration = configuration
    agent = try AgentCase.agent(configuration)
    var stream = RandomStreams(seed: 1).stream("experience")
    for number in 0..<configuration.replayCapacity {
      let draws = (0..<2 * AgentCase.observationCount + 2).map { _ in stream.normal() }
      try AgentCase.remember(draws, terminated: number % 10 == 9, agent)
    }
  }

  private static func agent(_ configuration: DDPGConfiguration) throws -> DDPGAgent {
    let agent = try DDPGAgent(
      observationSpace: BoxSpace(count: observationCount, in: -10...10),
      actionSpace: BoxSpace(count: 1, in: -1...1), configuration: configuration,
      streams: RandomStreams(seed: 1))
    agent.beginEpisode(0, exploring: true)
    return agent
  }

  /// Numbers in the order observation, action, reward, next observation.
  private static func remember(
    _ numbers: [Double], terminated: Bool, _ agent: DDPGAgent
  ) throws {
    let action = [min(max(numbers[observationCount], -1), 1)]
    try agent.observe(
      AgentStep(
        observation: Array(numbers[..<observationCount]), requestedAction: action,
        executedAction: action, reward: numbers[observationCount + 1],
        nextObservation: Array(numbers[(observationCount + 2)...]), terminated: terminated,
        truncated: false))
  }

  func run() throws { try agent.learn(updates: 1) }

  /// Ten updates of a fresh agent that remembers one experience, so that any sampling gives the same
  /// batch; writes its parameters before and after into folders of these names.
  func answer(input: URL, output: URL, in reply: inout Reply) throws {
    guard let numbers = try NumPyFile.read(input).tensor?.scalars,
      numbers.count == 2 * AgentCase.observationCount + 2
    else { throw BenchmarkError.file("\(input.lastPathComponent): expected an experience") }
    let agent = try AgentCase.agent(configuration)
    try AgentCase.remember(numbers.map { Double($0) }, terminated: false, agent)
    for (folder, updates) in [("before", 0), ("after", 10)] {
      try agent.learn(updates: updates)
      let folder = output.appendingPathComponent(folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, tensor) in agent.state.tensors {
        let file = name.replacingOccurrences(of: "/", with: "_") + ".npy"
        try NumPyFile.write(TypedArray(tensor), to: folder.appendingPathComponent(file))
      }
    }
  }
}
