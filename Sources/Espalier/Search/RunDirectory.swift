public import Foundation
import Interchange

/// The files of a run and where they lie.
public struct RunDirectory: Equatable, Sendable {
  /// The folder, as an absolute path.
  public let folder: URL

  /// A run directory.
  public init(_ folder: URL) {
    self.folder = folder.absoluteURL.standardizedFileURL
  }

  /// Makes a new folder under `./runs`, named for the environment, the agent and the seed; of several
  /// processes that want the same name each gets its own.
  ///
  /// - Throws: `EspalierError.setting` when none can be made.
  static func fresh(_ name: String) throws -> RunDirectory {
    let runs = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      .appendingPathComponent("runs")
    _ = try OutputFolder(runs.path)
    for number in 1...100_000 {
      let folder = runs.appendingPathComponent(number == 1 ? name : "\(name)-\(number)")
      if mkdir(folder.path, 0o777) == 0 { return RunDirectory(folder) }
      guard errno == EEXIST else { break }
    }
    throw EspalierError.setting(
      name: "--output", expected: "a folder for the run", found: "none under '\(runs.path)'")
  }

  /// The resolved environment.
  public var environment: URL { folder.appendingPathComponent("environment.json") }
  /// Agent, seed and model of the run.
  public var description: URL { folder.appendingPathComponent("run.json") }
  /// What the run's learning agent learned.
  public var agent: URL { folder.appendingPathComponent("agent.json") }
  /// The trained agent that the run began with, a copy.
  public var agentFrom: URL { folder.appendingPathComponent("agent-from.json") }
  /// The best policy.
  public var policy: URL { folder.appendingPathComponent("policy.json") }
  /// The best network, as it was rewarded.
  public var compressed: URL { folder.appendingPathComponent("compressed.onnx") }
  /// The best network after fine-tuning, where the environment asks for that.
  public var fineTuned: URL { folder.appendingPathComponent("fine-tuned.onnx") }
  /// How fine-tuning went, candidate by candidate.
  public var fineTuning: URL { folder.appendingPathComponent("fine-tuning.json") }
  /// What the run came to: agents side by side.
  public var summary: URL { folder.appendingPathComponent("summary.json") }
  /// The journal of an agent; the run's own agent has the plain name.
  func episodes(baseline: String? = nil) -> URL {
    folder.appendingPathComponent(baseline.map { "episodes-\($0).jsonl" } ?? "episodes.jsonl")
  }
  /// Seconds of each episode; apart, so that equal runs have equal journals.
  func timings(baseline: String? = nil) -> URL {
    folder.appendingPathComponent(baseline.map { "timings-\($0).jsonl" } ?? "timings.jsonl")
  }

  /// The page that shows the run.
  public var report: URL { folder.appendingPathComponent("report.html") }
  /// How much each decision alone changes what the network says, where that was measured.
  var sensitivity: URL { folder.appendingPathComponent("sensitivity.json") }
  /// The folder of event files, which carry the time of day.
  public var tensorBoard: URL { folder.appendingPathComponent("tensorboard") }
  /// The same of one agent.
  func tensorBoard(_ agent: String) -> URL { tensorBoard.appendingPathComponent(agent) }
  /// Where agents and trainings stand.
  var checkpoints: URL { folder.appendingPathComponent("checkpoint") }

  /// What one process holds while it works here.
  var lock: URL { folder.appendingPathComponent("run.lock") }

  /// How a search for densities went, stage by stage.
  public var stages: URL { folder.appendingPathComponent("stages.json") }
  /// What a stage came to, in its own folder.
  var stage: URL { folder.appendingPathComponent("stage.json") }

  /// The folder of a stage of a search for densities, from 1: journals and files as in a run's.
  func stage(_ number: Int) -> RunDirectory {
    RunDirectory(folder.appendingPathComponent("stage\(number)"))
  }

  /// The folders of stages that are there.
  private var stageFolders: [RunDirectory] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("stage") && Int($0.dropFirst(5)) != nil }.sorted()
      .map { RunDirectory(folder.appendingPathComponent($0)) }
  }

  /// The folders of checkpoints that may be there.
  var checkpointFolders: [URL] { [checkpoints] + stageFolders.map(\.checkpoints) }

  /// The records of stages that may be there.
  var stageRecords: [URL] { stageFolders.map(\.stage) }

  /// Whether an agent has measured anything here.
  var hasEpisodes: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let isHere = names.contains { name in
      name.hasPrefix("episodes") && name.hasSuffix(".jsonl")
        && SearchJournal(folder.appendingPathComponent(name)).hasEpisodes
    }
    return isHere || stageFolders.contains { $0.hasEpisodes }
  }

  /// Makes the folder where it is not there, and keeps other processes out of it.
  ///
  /// - Throws: `EspalierError.setting` when it cannot be made or written, `runBusy` when another process
  ///   works there.
  func claim() throws -> FileLock {
    _ = try OutputFolder(folder.path)
    guard let lock = try FileLock(lock) else { throw EspalierError.runBusy(folder: folder.path) }
    for place in [folder] + stageFolders.map(\.folder) + checkpointFolders {
      AtomicFile.removeLeftovers(in: place)
    }
    return lock
  }
}
