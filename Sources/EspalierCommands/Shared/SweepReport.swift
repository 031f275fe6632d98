import CompressionPolicies
import Espalier

/// What a sweep came to: a row for each search.
struct SweepReport {
  private let outcomes: [SweepRun.Outcome]
  private let folder: String

  init(_ outcomes: [SweepRun.Outcome], folder: String) {
    self.outcomes = outcomes
    self.folder = folder
  }

  var text: String {
    let rows = outcomes.map { (outcome: $0, figures: Figures($0.result)) }
    let isTask = rows.contains { $0.figures.isTask }
    var table = TextTable(
      ["search", isTask ? "return" : "reward", "validation", "test top-1", "MACs", "state"])
    for (outcome, figures) in rows {
      table.append([
        outcome.name, figures.reward.map { decimal($0, 4) } ?? "–",
        figures.validation.map { decimal($0, 2) } ?? "–",
        figures.test.map { decimal($0, 2) } ?? "–",
        figures.macs.map { decimal($0 / 1e6, 2) + " M" } ?? "–", Self.state(outcome),
      ])
    }
    let complaints = outcomes.compactMap { outcome in
      outcome.complaint.map { "\(outcome.name): \($0)" }
    }
    return ([table.text] + complaints + ["runs  \(folder)"]).joined(separator: "\n")
  }

  var json: JSONValue {
    ["sweep": folder.json, "runs": .array(outcomes.map(\.json))]
  }

  private static func state(_ outcome: SweepRun.Outcome) -> String {
    switch outcome.code {
    case nil: "not begun"
    case 0?: outcome.isDone ? "done" : "no result"
    case 130?: "interrupted"
    case let code?: code < 0 ? "ended by signal \(-code)" : "failed"
    }
  }

  /// The figures of `search --json`, of a search or of a task.
  private struct Figures {
    let reward: Double?
    let validation: Double?
    let test: Double?
    let macs: Double?
    let isTask: Bool

    init(_ result: JSONValue?) {
      let best = result?["best"]
      let evaluation = result?["evaluation"]
      isTask = evaluation != nil
      reward = (best?["reward"] ?? evaluation?["meanReturn"])?.doubleValue
      validation = best?["validation"]?.doubleValue
      test = best?["test"]?.doubleValue
      macs = best?["cost"]?["macs"]?.doubleValue
    }
  }
}
