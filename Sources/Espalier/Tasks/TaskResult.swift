public import CompressionPolicies

/// What comes of learning a task.
public struct TaskResult: Equatable, Sendable {
  /// Where everything lies.
  public let run: RunDirectory
  /// The agent.
  public let agent: String
  /// The return of each episode that was learned from.
  public internal(set) var returns: [Double] = []
  /// The steps that were learned from.
  public internal(set) var steps = 0
  /// The returns of episodes without noise, afterwards.
  public internal(set) var evaluation: [Double] = []

  /// A result of the episodes that are known.
  init(run: RunDirectory, agent: String, _ known: [(total: Double, steps: Int)] = []) {
    self.run = run
    self.agent = agent
    returns = known.map(\.total)
    steps = known.reduce(0) { $0 + $1.steps }
  }

  /// The mean return without noise.
  public var meanReturn: Double {
    evaluation.reduce(0, +) / Double(max(evaluation.count, 1))
  }

  /// The standard deviation of the returns without noise.
  public var deviation: Double {
    let mean = meanReturn
    let squares = evaluation.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(evaluation.count, 1))).squareRoot()
  }

  /// What `summary.json` holds.
  var summary: JSONValue {
    [
      "agent": agent.json, "episodes": returns.count.json, "steps": steps.json,
      "firstReturn": returns.first?.json ?? .null, "lastReturn": returns.last?.json ?? .null,
      "evaluation": [
        "episodes": evaluation.count.json, "meanReturn": meanReturn.json,
        "standardDeviation": deviation.json, "leastReturn": evaluation.min()?.json ?? .null,
        "mostReturn": evaluation.max()?.json ?? .null,
      ],
    ]
  }

  /// What `search --json` prints.
  public var json: JSONValue {
    var fields = summary.objectValue ?? [:]
    fields["run"] = run.folder.path.json
    return .object(fields)
  }
}
