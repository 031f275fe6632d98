public import Foundation

/// The files of a run and where they lie.
public struct RunDirectory: Equatable, Sendable {
  /// The folder, as an absolute path.
  public let folder: URL

  /// A run directory.
  public init(_ folder: URL) {
    self.folder = folder.absoluteURL.standardizedFileURL
  }

  /// A new folder under `./runs`, named for the environment, the agent and the seed.
  static func fresh(_ name: String) -> RunDirectory {
    let runs = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      .appendingPathComponent("runs")
    var number = 1
    while true {
      let folder = runs.appendingPathComponent(number == 1 ? name : "\(name)-\(number)")
      if !FileManager.default.fileExists(atPath: folder.path) { return RunDirectory(folder) }
      number += 1
    }
  }

  /// The resolved environment.
  public var environment: URL { folder.appendingPathComponent("environment.json") }
  /// Agent, seed and model of the run.
  public var description: URL { folder.appendingPathComponent("run.json") }
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

  /// Makes the folder.
  ///
  /// - Throws: `EspalierError.setting` when it cannot be made or written.
  func create() throws { _ = try OutputFolder(folder.path) }
}
