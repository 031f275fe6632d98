import Espalier

/// Agents side by side: the best reward after so many evaluations, and how soon random's is reached.
struct RewardCurvesReport {
  private let curves: RewardCurves

  init(_ curves: RewardCurves) {
    self.curves = curves
  }

  var text: String {
    ["\(curves.environment): best reward, median [range] over runs", rewards, toRandom]
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

  private static func text(_ spread: RewardCurves.Spread) -> String {
    func number(_ value: Double) -> String { value.isFinite ? decimal(value, 4) : "none" }
    return spread.least == spread.most
      ? number(spread.median)
      : "\(number(spread.median)) [\(number(spread.least)), \(number(spread.most))]"
  }
}
