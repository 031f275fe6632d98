public import CompressionPolicies
public import Foundation

/// The policies of one run that no other of its own beats in score and cost.
public struct ParetoPolicies {
  /// One of them.
  public struct Entry: Equatable, Sendable {
    /// Its episode, from 0.
    public let episode: Int
    /// Its score on the validation images, in percent.
    public let validation: Double
    /// Its cost, in the unit of the policy's field.
    public let cost: Double
    /// Its reward.
    public let reward: Double
    /// Whether it meets the budget of the search.
    public let meetsBudget: Bool
  }

  /// The cost's name in budgets, such as `macs`.
  public let quantity: String
  /// The cost's field, such as `latencySeconds`.
  public let field: String
  /// By rising cost.
  public let entries: [Entry]

  /// Reads a run's own journal.
  ///
  /// - Parameters:
  ///   - folder: the run directory.
  ///   - quantity: the cost that counts; nil takes the first limited one that the journal holds, else MACs.
  /// - Throws: `EspalierError.definition` for a folder that holds no run, `.setting` for a task and for a cost
  ///   that the journal does not hold.
  public init(_ folder: URL, quantity: String? = nil) throws {
    let run = try RunRecord(folder)
    guard let own = run.ownEpisodes, !run.isTask else {
      throw EspalierError.setting(
        name: "--pareto", expected: "a run that compressed a network",
        found: run.isTask ? "a task that was learned" : "no episode")
    }
    let cost = quantity.map { CostName($0) } ?? run.leadingCost
    guard own.costs[cost.field] != nil else {
      let known = CostName.all.filter { own.costs[$0.field] != nil }.map(\.quantity)
      throw EspalierError.setting(
        name: "--cost", expected: known.joined(separator: ", "), found: "'\(cost.quantity)'")
    }
    let costs = own.cost(cost.field)
    self.quantity = cost.quantity
    field = cost.field
    entries = ParetoFront.positions(costs: costs, worths: own.scores).map { episode in
      Entry(
        episode: episode, validation: own.scores[episode], cost: costs[episode],
        reward: own.rewards[episode], meetsBudget: own.meetsBudget[episode])
    }
  }

  /// A cost with its unit.
  public func text(_ cost: Double) -> String { CostName(quantity).text(cost) }

  /// What `report --pareto --json` prints.
  public var json: JSONValue {
    [
      "cost": field.json,
      "policies": .array(
        entries.map { entry in
          [
            "episode": entry.episode.json, "validation": entry.validation.json,
            field: entry.cost.json, "reward": entry.reward.json,
            "meetsBudget": entry.meetsBudget.json,
          ]
        }),
    ]
  }
}
