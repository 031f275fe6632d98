public import CompressionPolicies
public import Foundation

/// Where the time of some runs went, agent by agent.
public struct TimeSpent: Equatable, Sendable {
  /// One agent's time, over all runs.
  public struct Agent: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// The episodes whose time is known.
    public var episodes = 0
    /// The time of all of them.
    public var seconds = 0.0
    /// Of that, cutting candidates' networks and reconstructing them.
    public var networkSeconds = 0.0
    /// Of that, measuring them.
    public var evaluationSeconds = 0.0

    /// What is left for the agent itself, the journal and the rest.
    public var agentSeconds: Double { max(0, seconds - networkSeconds - evaluationSeconds) }
  }

  /// The agents in the order in which the runs name them first.
  public private(set) var agents: [Agent] = []

  /// Reads what runs noted of their time; runs that noted none add nothing.
  ///
  /// - Throws: `EspalierError.definition` naming the run that holds no search.
  public init(_ runs: [URL]) throws { try self.init(runs) { try TimeColumns($0) } }

  /// The time of files that may have been read already.
  init(_ runs: [URL], time: (URL) throws -> TimeColumns) throws {
    for folder in runs {
      let run = RunDirectory(folder)
      let (_, _, agent, baselines) = try RewardCurves.description(run)
      let agents = [agent] + baselines.filter { $0 != agent }
      let isStaged = FileManager.default.fileExists(atPath: run.stage(1).folder.path)
      for (position, name) in agents.enumerated() {
        let folder = isStaged ? run.stage(1) : run
        let file = folder.timings(baseline: position > 0 ? name : nil)
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        add(name, try time(file))
      }
    }
  }

  private mutating func add(_ name: String, _ time: TimeColumns) {
    if !agents.contains(where: { $0.name == name }) { agents.append(Agent(name: name)) }
    guard let index = agents.firstIndex(where: { $0.name == name }) else { return }
    agents[index].episodes += time.seconds.count
    agents[index].seconds += time.total
    agents[index].networkSeconds += time.network
    agents[index].evaluationSeconds += time.evaluation
  }

  /// What `report --json` prints.
  public var json: JSONValue {
    .array(
      agents.map { agent in
        [
          "agent": agent.name.json, "episodes": agent.episodes.json,
          "seconds": agent.seconds.json, "networkSeconds": agent.networkSeconds.json,
          "evaluationSeconds": agent.evaluationSeconds.json,
          "agentSeconds": agent.agentSeconds.json,
        ]
      })
  }
}
