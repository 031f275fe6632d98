public import CompressionPolicies
import Datasets
public import Foundation
import Interchange

/// The best reward against the number of evaluations, agent by agent, over runs with different seeds.
public struct RewardCurves: Equatable, Sendable {
  /// One agent's curves.
  public struct Agent: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// For each run, the best reward within the budget after 1, 2, … evaluations; −∞ before the first.
    public let runs: [[Double]]

    /// The best reward after some evaluations, over the runs.
    ///
    /// A run that was over by then stands with what it ended with.
    public func spread(after evaluations: Int) -> Spread? {
      let values = runs.compactMap { $0.isEmpty ? nil : $0[min(evaluations, $0.count) - 1] }
      return Spread(values)
    }

    /// What the runs ended with.
    public var final: Spread? { spread(after: .max) }

    /// The first number of evaluations at which the median over the runs reaches a reward.
    public func evaluations(toReach reward: Double) -> Int? {
      let longest = runs.map(\.count).max() ?? 0
      guard longest > 0 else { return nil }
      return (1...longest).first { number in
        spread(after: number).map { $0.median >= reward } ?? false
      }
    }
  }

  /// Median and range of some numbers.
  public struct Spread: Equatable, Sendable {
    /// The middle one, or the mean of the two middle ones.
    public let median: Double
    /// The smallest.
    public let least: Double
    /// The largest.
    public let most: Double

    /// The spread of at least one number.
    init?(_ values: [Double]) {
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return nil }
      let middle = sorted.count / 2
      // A sum of infinities of one sign is one; they have no other.
      median =
        sorted.count % 2 == 1 || sorted[middle] == sorted[middle - 1]
        ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      (least, most) = (first, last)
    }
  }

  /// The environment of all runs.
  public let environment: String
  /// The agents, in the order in which the runs name them first.
  public let agents: [Agent]

  /// Reads the journals of some runs.
  ///
  /// The runs must be of one search but for seed, agent, baselines and number of episodes. What an agent
  /// found from one seed counts once. Of a search in stages the first counts: the later ones begin
  /// with what the run's own agent left.
  ///
  /// - Throws: `EspalierError.definition` for a folder that holds no run, `.setting` naming the run that
  ///   is another search, `.otherRun` for a journal that cannot be read.
  public init(_ runs: [URL]) throws { try self.init(runs) { try EpisodeColumns($0) } }

  /// Curves of journals that may have been read already.
  init(_ runs: [URL], episodes: (URL) throws -> EpisodeColumns) throws {
    var curves: [(name: String, runs: [[Double]])] = []
    var seen: Set<String> = []
    var first: (identity: JSONValue, folder: String)?
    for folder in runs {
      let run = RunDirectory(folder)
      let (identity, seed, agent, baselines) = try Self.description(run)
      if let first, first.identity != identity {
        throw EspalierError.setting(
          name: "run '\(run.folder.path)'", expected: "the same search as '\(first.folder)'",
          found: "another model, environment, budget or data set")
      }
      first = first ?? (identity, run.folder.path)
      let isStaged = identity["stages"] != nil
      for (position, name) in ([agent] + baselines.filter { $0 != agent }).enumerated() {
        let folder = isStaged ? run.stage(1) : run
        let journal = folder.episodes(baseline: position > 0 ? name : nil)
        let curve = try episodes(journal).bestRewards
        guard !curve.isEmpty, seen.insert("\(name) \(seed)").inserted else { continue }
        if let known = curves.firstIndex(where: { $0.name == name }) {
          curves[known].runs.append(curve)
        } else {
          curves.append((name, [curve]))
        }
      }
    }
    guard !curves.isEmpty else {
      throw EspalierError.definition(
        file: "run '\(first?.folder ?? "")'", reason: "no agent has measured anything")
    }
    let stage = first?.identity["stages"] == nil ? "" : ", stage 1"
    environment = (first?.identity["name"]?.stringValue ?? "") + stage
    agents = curves.map { Agent(name: $0.name, runs: $0.runs) }
  }

  /// Curves that are known.
  init(environment: String, agents: [Agent]) {
    self.environment = environment
    self.agents = agents
  }

  /// What makes two runs comparable, and the agents of one.
  static func description(
    _ run: RunDirectory
  ) throws -> (identity: JSONValue, seed: Int, agent: String, baselines: [String]) {
    do {
      let search = try CanonicalJSON.parse(bytes: WholeFile.read(run.description))
      var environment = try CanonicalJSON.parse(bytes: WholeFile.read(run.environment))
      let reader = JSONReader(environment)
      let baselines: [String] = try reader.readIfPresent("baselines") ?? []
      let agent: String = try JSONReader(search).read("agent")
      let seed: Int = try JSONReader(search).read("seed")
      for field in ["agent", "baselines", "episodes", "fineTuning"] { environment[field] = nil }
      environment["model"] = search["model"]?["sha256"]
      let data: String = try reader.readIfPresent("data") ?? ""
      environment["data"] = (try? DataSpecification(data).nameWithoutPath.json) ?? data.json
      return (environment, seed, agent, baselines)
    } catch {
      throw EspalierError.definition(
        file: "run '\(run.folder.path)'", reason: "it holds no search that can be read (\(error))")
    }
  }
}

extension RewardCurves {
  /// The numbers of evaluations at which agents are compared: 25, 50, 100, … and the longest run's.
  public var milestones: [Int] {
    let longest = agents.flatMap(\.runs).map(\.count).max() ?? 0
    return sequence(first: 25) { $0 * 2 }.prefix { $0 < longest } + (longest > 0 ? [longest] : [])
  }

  /// The agent that others are held against.
  public var random: Agent? { agents.first { $0.name == "random" } }

  /// What `report --json` prints.
  public var json: JSONValue {
    let milestones = milestones
    return [
      "environment": environment.json,
      "agents": .array(
        agents.map { agent in
          .object(omittingNil: [
            "agent": agent.name.json, "runs": agent.runs.count.json,
            "best": .array(
              milestones.compactMap { number in
                agent.spread(after: number)?.json(after: number)
              }),
            "evaluationsToRandomsMedian": random?.final.flatMap {
              agent.evaluations(toReach: $0.median)?.json
            },
            "evaluationsToRandomsBest": random?.final.flatMap {
              agent.evaluations(toReach: $0.most)?.json
            },
          ])
        }),
    ]
  }
}

extension RewardCurves.Spread {
  /// The numbers, null for −∞.
  fileprivate func json(after evaluations: Int) -> JSONValue {
    func number(_ value: Double) -> JSONValue { value.isFinite ? value.json : .null }
    return [
      "evaluations": evaluations.json, "median": number(median), "least": number(least),
      "most": number(most),
    ]
  }
}
