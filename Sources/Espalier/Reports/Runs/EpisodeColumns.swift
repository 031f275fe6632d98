import Foundation

/// The numbers of a journal, column by column: what a chart needs of a hundred thousand episodes.
struct EpisodeColumns: Equatable {
  /// The reward of each episode; of a task its return.
  private(set) var rewards: [Double] = []
  /// The score on the validation images; NaN where none was noted.
  private(set) var scores: [Double] = []
  /// Whether each met the budget; true where nothing is said.
  private(set) var meetsBudget: [Bool] = []
  /// What each cost, by the policy's names of costs; NaN where nothing is said.
  private(set) var costs: [String: [Double]] = [:]
  /// The steps of each episode of a task; NaN where nothing is said.
  private(set) var steps: [Double] = []

  /// Episodes.
  var count: Int { rewards.count }
  /// Whether there are none.
  var isEmpty: Bool { rewards.isEmpty }

  /// Columns without rows.
  init() {}

  /// The whole lines of a journal; none where there is no file.
  ///
  /// Fields that an older or newer version wrote or left out are no fault; a line without reward and return is.
  ///
  /// - Throws: `EspalierError.otherRun` for a line that is no episode.
  init(_ url: URL) throws {
    try JournalLines(url).forEach { line in
      do {
        try append(line)
      } catch let fault as LineScanner.Fault {
        throw EspalierError.otherRun(
          folder: url.deletingLastPathComponent().path,
          reason: "line \(count + 1) of \(url.lastPathComponent) is no episode (\(fault))")
      }
      return true
    }
  }

  private mutating func append(_ line: ArraySlice<UInt8>) throws {
    var (reward, score, count) = (Double?.none, Double.nan, Double.nan)
    var isAllowed = true
    var cost: [(String, Double)] = []
    var scanner = LineScanner(line)
    try scanner.scan { name, text in
      switch name {
      case "reward", "return": reward = Double(Substring(text))
      case "validation": score = Double(Substring(text)) ?? .nan
      case "steps": count = Double(Substring(text)) ?? .nan
      case "meetsBudget": isAllowed = String(Substring(text)) == "true"
      case _ where name.hasPrefix("cost."):
        cost.append((String(name.dropFirst(5)), Double(Substring(text)) ?? .nan))
      default: break
      }
    }
    guard let reward else { throw LineScanner.Fault(description: "it has no reward") }
    let row = rewards.count
    rewards.append(reward)
    scores.append(score)
    meetsBudget.append(isAllowed)
    steps.append(count)
    for (name, value) in cost {
      var column = costs[name] ?? []
      costs[name] = nil
      column += [Double](repeating: .nan, count: max(0, row - column.count))
      column.append(value)
      costs[name] = column
    }
  }

  /// One of the costs, a number for each episode.
  func cost(_ name: String) -> [Double] {
    let column = costs[name] ?? []
    return column + [Double](repeating: .nan, count: max(0, count - column.count))
  }

  /// The best reward within the budget after 1, 2, … episodes; −∞ before the first.
  var bestRewards: [Double] {
    var best = -Double.infinity
    return rewards.indices.map { index in
      if meetsBudget[index] { best = max(best, rewards[index]) }
      return best
    }
  }

  /// The first episode with the best reward within the budget.
  var bestEpisode: Int? {
    var best: Int?
    for index in rewards.indices where meetsBudget[index] {
      if best.map({ rewards[index] > rewards[$0] }) ?? true { best = index }
    }
    return best
  }

  static func == (first: EpisodeColumns, second: EpisodeColumns) -> Bool {
    func same(_ a: [Double], _ b: [Double]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
    return same(first.rewards, second.rewards) && same(first.scores, second.scores)
      && first.meetsBudget == second.meetsBudget && same(first.steps, second.steps)
      && Set(first.costs.keys) == Set(second.costs.keys)
      && first.costs.keys.allSatisfy { same(first.cost($0), second.cost($0)) }
  }
}
