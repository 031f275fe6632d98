public import CompressionPolicies
public import Foundation
import Interchange

/// What shows one run, or several side by side: a page, its charts as drawings, their numbers as tables.
///
/// The same runs give the same bytes.
public struct RunReport {
  private let runs: [RunRecord]
  private let labels: [String]
  private let costs: LayerCosts?
  private let published: PublishedPoints?
  /// Agents side by side, where all runs are of one search that compressed a network.
  public let curves: RewardCurves?
  /// Where the time went, in the same case.
  public let time: TimeSpent?
  /// What could not be shown, and why.
  public let notes: [String]

  /// Reads some runs.
  ///
  /// Runs of another version, unfinished ones and tasks are taken as far as their files go.
  ///
  /// - Parameters:
  ///   - folders: the run directories, at least one.
  ///   - model: the original network, to price layers; nil takes where the search found it.
  ///   - deviceFolders: folders with devices of one's own.
  ///   - environmentFolders: folders with environments of one's own, for what was published about them.
  /// - Throws: `EspalierError.definition` for a folder that holds no run, `.otherRun` for a journal that cannot
  ///   be read.
  public init(
    _ folders: [URL], model: URL? = nil, deviceFolders: [URL] = [], environmentFolders: [URL] = []
  ) throws {
    runs = try folders.map { try RunRecord($0) }
    labels = Self.labels(runs)
    var notes: [String] = []
    for (label, run) in zip(labels, runs) where run.policy == nil && !run.isTask {
      notes.append("\(label) has no policy yet: the search is not at its end.")
    }
    var costs: LayerCosts?
    if let run = runs.first, runs.count == 1, run.policy != nil {
      do {
        costs = try LayerCosts(run, model: model, devices: deviceFolders)
      } catch {
        notes.append("What each layer costs is not shown: \(error).")
      }
    }
    self.costs = costs
    var published: PublishedPoints?
    if let run = runs.first, runs.count == 1 {
      do {
        published = try PublishedPoints(
          run.name, in: EnvironmentCatalog(own: environmentFolders).folders)
      } catch {
        notes.append("What others published is not shown: \(error).")
      }
    }
    self.published = published
    self.notes = notes
    let agents = runs.flatMap(\.agents)
    let episodes = Dictionary(agents.map { ($0.journal, $0.episodes) }) { first, _ in first }
    let times = Dictionary(agents.map { ($0.timings, $0.time) }) { first, _ in first }
    // What keeps runs from being joined is shown by the page: they stand side by side.
    curves =
      runs.contains(where: \.isTask)
      ? nil : try? RewardCurves(folders) { episodes[$0] ?? EpisodeColumns() }
    time = curves == nil ? nil : try? TimeSpent(folders) { try times[$0] ?? TimeColumns($0) }
  }

  private static func labels(_ runs: [RunRecord]) -> [String] {
    var seen: [String: Int] = [:]
    return runs.map { run in
      let number = (seen[run.label] ?? 0) + 1
      seen[run.label] = number
      return number == 1 ? run.label : "\(run.label) (\(number))"
    }
  }

  /// The page: one file that loads nothing.
  public var page: String {
    if let run = runs.first, runs.count == 1 {
      return RunPage(run: run, costs: costs, published: published, notes: notes).html
    }
    return ComparisonPage(runs: runs, labels: labels, curves: curves, notes: notes).html
  }

  private var charts: [any Chart] {
    if let run = runs.first, runs.count == 1 {
      return RunCharts(run: run, published: published).all(costs)
    }
    return ComparisonCharts(runs: runs, labels: labels, curves: curves).all
  }

  /// Writes the page.
  ///
  /// - Throws: `FileError`; the file is then as it was.
  public func write(to file: URL) throws {
    try AtomicFile.write(Data(page.utf8), to: file)
  }

  /// Writes each chart as a drawing of its own, `<name>.svg`, and returns the files.
  ///
  /// - Throws: `FileError`; `EspalierError.setting` for a folder that cannot be written.
  public func writeDrawings(to folder: URL) throws -> [URL] {
    try write(to: folder, "svg") { Data($0.svg(standalone: true).utf8) }
  }

  /// Writes the numbers of each chart, all of them, as `<name>.csv`, and returns the files.
  ///
  /// - Throws: `FileError`; `EspalierError.setting` for a folder that cannot be written.
  public func writeTables(to folder: URL) throws -> [URL] {
    try write(to: folder, "csv") { $0.data.csv }
  }

  private func write(
    to folder: URL, _ kind: String, _ content: (any Chart) -> Data
  ) throws -> [URL] {
    let folder = try OutputFolder(folder.path).url
    return try charts.map { chart in
      let file = folder.appendingPathComponent("\(chart.identifier).\(kind)")
      try AtomicFile.write(content(chart), to: file)
      return file
    }
  }

  /// One object for each run: what it is, and what its policy came to.
  public var json: JSONValue {
    .array(
      zip(labels, runs).map { label, run in
        let own = run.ownEpisodes
        let best = run.isTask ? own?.rewards.max() : own?.bestEpisode.flatMap { own?.rewards[$0] }
        return .object(omittingNil: [
          "run": run.directory.folder.path.json, "label": label.json,
          "environment": run.name.json, "agent": run.agent.json, "seed": run.seed?.json,
          "episodes": (own?.count ?? 0).json,
          (run.isTask ? "bestReturn" : "bestReward"): best?.json,
          "meanReturn": run.summary?["evaluation"]?["meanReturn"],
          "original": run.original, "compressed": run.compressed,
        ])
      })
  }

  /// The runs in a few lines: for those that are not of one search, or that learned a task.
  public var rows: [(run: String, environment: String, agent: String, episodes: Int, best: Double?)]
  {
    zip(labels, runs).map { label, run in
      let own = run.ownEpisodes
      let best = run.isTask ? own?.rewards.max() : own?.bestEpisode.flatMap { own?.rewards[$0] }
      return (label, run.name, run.agent, own?.count ?? 0, best)
    }
  }
}
