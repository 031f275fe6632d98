import CompressionPolicies
import Foundation
import Interchange

/// A run as its folder tells it.
///
/// Read leniently: a run that an older version wrote, that is not at its end, or that learned a task lacks
/// some files and fields, and what is not there is nil.
struct RunRecord {
  /// One agent's episodes.
  struct Agent {
    /// Its name.
    let name: String
    /// The name with the stage, where the search has several.
    let label: String
    /// Whether it is the run's own and no baseline.
    let isOwn: Bool
    let episodes: EpisodeColumns
    let journal: URL
    let time: TimeColumns
    let timings: URL
  }

  let directory: RunDirectory
  /// `environment.json`.
  let environment: JSONValue
  /// `run.json`.
  let description: JSONValue
  /// `policy.json`, where there is one.
  let policy: JSONValue?
  /// `summary.json`, where there is one.
  let summary: JSONValue?
  /// `stages.json`, where there is one.
  let stages: JSONValue?
  /// `sensitivity.json`, where there is one.
  let sensitivity: JSONValue?
  /// The run's own agent first.
  let agents: [Agent]

  /// Reads a run.
  ///
  /// - Throws: `EspalierError.definition` for a folder that holds no run, `.otherRun` for a journal that cannot
  ///   be read.
  init(_ folder: URL) throws {
    let run = RunDirectory(folder)
    func read(_ url: URL) throws -> JSONValue {
      do {
        return try CanonicalJSON.parse(bytes: WholeFile.read(url))
      } catch {
        throw EspalierError.definition(
          file: "run '\(run.folder.path)'", reason: "it holds no run that can be read (\(error))")
      }
    }
    func readIfPresent(_ url: URL) throws -> JSONValue? {
      // Not `? :` with nil, which would be JSON's null.
      guard FileManager.default.fileExists(atPath: url.path) else { return .none }
      return try read(url)
    }
    directory = run
    environment = try read(run.environment)
    description = try readIfPresent(run.description) ?? [:]
    policy = try readIfPresent(run.policy)
    summary = try readIfPresent(run.summary)
    stages = try readIfPresent(run.stages)
    sensitivity = try readIfPresent(run.sensitivity)
    let own = description["agent"]?.stringValue ?? "agent"
    let baselines = environment["baselines"]?.arrayValue?.compactMap(\.stringValue) ?? []
    let names = [own] + baselines.filter { $0 != own }
    var agents: [Agent] = []
    let stageNumbers = Array(
      (1...999).prefix { number in
        FileManager.default.fileExists(atPath: run.stage(number).folder.path)
      })
    for stage in stageNumbers.isEmpty ? [0] : stageNumbers {
      let place = stage == 0 ? run : run.stage(stage)
      for name in names {
        let baseline = name == own ? nil : name
        let journal = place.episodes(baseline: baseline)
        let timings = place.timings(baseline: baseline)
        let episodes = try EpisodeColumns(journal)
        guard !episodes.isEmpty else { continue }
        agents.append(
          Agent(
            name: name, label: stage == 0 ? name : "\(name), stage \(stage)", isOwn: name == own,
            episodes: episodes, journal: journal,
            time: try TimeColumns(timings), timings: timings))
      }
    }
    self.agents = agents
  }

  // MARK: - What it is

  /// The environment's name.
  var name: String { environment["name"]?.stringValue ?? directory.folder.lastPathComponent }
  /// The folder's name.
  var label: String { directory.folder.lastPathComponent }
  /// The run's own agent.
  var agent: String { description["agent"]?.stringValue ?? "" }
  /// The seed; nil where nobody noted it.
  var seed: Int? { description["seed"]?.intValue }
  /// Whether a task was learned, and nothing compressed.
  var isTask: Bool {
    ownEpisodes.map { !$0.steps.allSatisfy(\.isNaN) }
      ?? (SearchKind(rawValue: environment["kind"]?.stringValue ?? "amc") == nil)
  }
  /// The episodes of the run's own agent; of a search in stages those of the last.
  var ownEpisodes: EpisodeColumns? { agents.last(where: \.isOwn)?.episodes }
  /// What the policy says of the network as it came.
  var original: JSONValue? { policy?["original"] }
  /// What it says of the compressed one.
  var compressed: JSONValue? { policy?["compressed"] }
  /// The decisions, layer by layer.
  var layers: [JSONValue] { policy?["layers"]?.arrayValue ?? [] }

  /// What the score on validation images is.
  var scoreName: String {
    if environment["evaluator"] != nil { return "validation score" }
    return environment["metric"]?.stringValue == "agreement"
      ? "agreement on validation images" : "validation top-1"
  }

  /// The limits as they were asked for: quantity and text.
  var budgets: [(quantity: String, text: String)] {
    let fields = environment["budget"]?.objectValue ?? [:]
    return fields.sorted { $0.key < $1.key }.map { key, value in
      (key, value.stringValue ?? value.doubleValue.map { Markup.decimal($0, 6) } ?? "")
    }
  }

  /// A limit in the unit of the policy's field, where it follows from the policy; nil where it does not.
  func limit(_ quantity: String) -> Double? {
    guard let text = budgets.first(where: { $0.quantity == quantity })?.text else { return nil }
    let cost = CostName(quantity)
    if let part = Double(text), part <= 1 {
      return original?[cost.field]?.doubleValue.map { $0 * part }
    }
    guard let budget = try? Budget(key: quantity, text: text) else { return nil }
    let none = NetworkCostOfNothing.cost
    guard let limit = try? budget.limit(original: none) else { return nil }
    return Double(limit.most) / limit.quantity.countsPerUnit
  }

  /// The cost that charts show: the first limited one that the journal counts, else MACs.
  var leadingCost: CostName {
    let counted = ownEpisodes?.costs ?? [:]
    let limited = budgets.map { CostName($0.quantity) }.first { counted[$0.field] != nil }
    return limited ?? (counted["bitOps"] != nil ? CostName("bitOps") : CostName("macs"))
  }
}
