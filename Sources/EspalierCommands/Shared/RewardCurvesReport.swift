import Espalier

/// Agents side by side: the best reward after so many evaluations, and how soon random's is reached.
struct RewardCurvesReport {
  private let curves: RewardCurves
  private let time: TimeSpent

  init(_ curves: RewardCurves, _ time: TimeSpent) {
    self.curves = curves
    self.time = time
  }

  var text: String {
    ["\(curves.environment): best reward, median [range] over runs", rewards, toRandom, spent]
      .compactMap { $0 }.joined(separator: "\n\n")
  }

  private var rewards: String {
    let milestones = curves.milestones
    var table = TextTable(["agent", "runs"] + milestones.map { "after \($0)" })
    for agent in curves.agents {
      table.append(
        [agent.name, "\(agent.runs.count)"]
          + milestones.map { agent.spread(after: $0).map(Self.text) ?? "–" })
    }
    return table.text
  }

  /// How many evaluations an agent's median needs for what random search ends with.
  private var toRandom: String? {
    guard let random = curves.random?.final else { return nil }
    var table = TextTable(["evaluations to reach random's", "median", "best run"])
    for agent in curves.agents {
      func needed(_ reward: Double) -> String {
        agent.evaluations(toReach: reward).map { "\($0)" } ?? "not reached"
      }
      table.append([agent.name, needed(random.median), needed(random.most)])
    }
    return table.text
  }

  /// Where the time went, in parts of an episode.
  private var spent: String? {
    let known = time.agents.filter { $0.episodes > 0 && $0.seconds > 0 }
    guard !known.isEmpty else { return nil }
    var table = TextTable([
      "time of an episode", "seconds", "making networks", "measuring", "agent and rest",
    ])
    for agent in known {
      func part(_ seconds: Double) -> String { "\(decimal(100 * seconds / agent.seconds, 1)) %" }
      table.append([
        agent.name, decimal(agent.seconds / Double(agent.episodes), 3),
        part(agent.networkSeconds), part(agent.evaluationSeconds), part(agent.agentSeconds),
      ])
    }
    return table.text
  }

  private static func text(_ spread: RewardCurves.Spread) -> String {
    func number(_ value: Double) -> String { value.isFinite ? decimal(value, 4) : "none" }
    return spread.least == spread.most
      ? number(spread.median)
      : "\(number(spread.median)) [\(number(spread.least)), \(number(spread.most))]"
  }
}
