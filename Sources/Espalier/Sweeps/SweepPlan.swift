import Foundation

/// Searches that differ in seed, budget, device or agent, each with a folder of its own.
public struct SweepPlan: Equatable, Sendable {
  /// One search.
  public struct Entry: Equatable, Sendable {
    /// The name of its folder, from what sets it apart: `macs-0.5-seed-2`.
    public let name: String
    /// Its seed.
    public let seed: Int
    /// Its limits.
    public let budgets: [String]
    /// Its device; nil takes the environment's.
    public let device: String?
    /// Its agent.
    public let agent: String
  }

  /// The searches, seeds running fastest, in the order in which they are begun.
  public let entries: [Entry]

  /// Every combination of what is given.
  ///
  /// A budget may list values, `macs=0.3,0.5`; several budgets are limits of one search, as ever. Devices and
  /// agents are lists of names.
  ///
  /// - Throws: `EspalierError.setting` for a list with a value twice or with an empty one, and for more
  ///   searches than a file system has names for.
  public init(
    seeds: [Int], budgets: [String], devices: [String], agents: [String]
  ) throws(EspalierError) {
    try Self.check("--seed", seeds.map(String.init))
    try Self.check("--device", devices)
    try Self.check("--agent", agents)
    var limits: [[String]] = [[]]
    for budget in budgets {
      let values = try Self.values(of: budget)
      guard limits.count <= Self.most / max(values.count, 1) else { throw Self.tooMany }
      limits = limits.flatMap { known in values.map { known + [$0] } }
    }
    let places: [String?] = devices.isEmpty ? [nil] : devices
    var count = 1
    for factor in [limits.count, places.count, agents.count, seeds.count] {
      guard factor <= Self.most / count else { throw Self.tooMany }
      count *= factor
    }
    let isList = budgets.map { Self.isList($0) }
    var entries: [Entry] = []
    for agent in agents {
      for device in places {
        for budget in limits {
          let differing = zip(budget, isList).filter(\.1).map(\.0)
          let parts =
            (agents.count > 1 ? [agent] : []) + (places.count > 1 ? [device ?? ""] : []) + differing
          for seed in seeds {
            let own = parts + (seeds.count > 1 || parts.isEmpty ? ["seed-\(seed)"] : [])
            entries.append(
              Entry(
                name: own.map(Self.fileName).joined(separator: "-"), seed: seed, budgets: budget,
                device: device, agent: agent))
          }
        }
      }
    }
    self.entries = entries
    // Two paths may end alike.
    try Self.check("--device", entries.map(\.name))
  }

  private static let most = 10_000

  private static var tooMany: EspalierError {
    .setting(name: "the sweep", expected: "at most \(most) searches", found: "more")
  }

  /// The items of a list as an option takes it; a file whose name has a comma is one item.
  public static func items(_ text: String) -> [String] {
    FileManager.default.fileExists(atPath: text) ? [text] : text.components(separatedBy: ",")
  }

  /// Whether a budget lists values.
  public static func isList(_ budget: String) -> Bool { budget.contains(",") }

  /// `macs=0.3,0.5` as `macs=0.3` and `macs=0.5`.
  private static func values(of budget: String) throws(EspalierError) -> [String] {
    guard isList(budget), let sign = budget.firstIndex(of: "=") else { return [budget] }
    let values = budget[budget.index(after: sign)...].components(separatedBy: ",")
    try check("--budget \(budget[..<sign])", values)
    return values.map { budget[...sign] + $0 }
  }

  private static func check(_ name: String, _ values: [String]) throws(EspalierError) {
    guard !values.contains("") else {
      throw .setting(name: name, expected: "values between commas", found: "nothing")
    }
    guard Set(values).count == values.count else {
      let twice = values.first { value in values.count { $0 == value } > 1 } ?? ""
      throw .setting(name: name, expected: "each value once", found: "'\(twice)' twice")
    }
  }

  /// What of a value can stand in a file's name; of a path its last part.
  private static func fileName(_ value: String) -> String {
    var text = value.split(separator: "/").last.map(String.init) ?? value
    if text.hasSuffix(".json") { text.removeLast(5) }
    return String(
      text.map { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" ? $0 : "-" }.prefix(80))
  }
}
