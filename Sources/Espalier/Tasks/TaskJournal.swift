import CompressionPolicies
import Foundation
import Interchange
import Reinforcement

/// The journals of a task: an episode on a line, and the same step by step.
struct TaskJournal {
  private let episodes: LineJournal
  private let steps: LineJournal
  private let folder: String

  /// Opens both, without what torn last lines left.
  ///
  /// - Throws: `FileError`.
  init(_ directory: RunDirectory) throws {
    episodes = try LineJournal(directory.episodes())
    steps = try LineJournal(Self.steps(directory))
    folder = directory.folder.path
  }

  /// The file with every step.
  static func steps(_ directory: RunDirectory) -> URL {
    directory.folder.appendingPathComponent("steps.jsonl")
  }

  /// The episodes that both hold.
  var known: Int { min(episodes.known.count, steps.known.count) }

  /// The steps of the episodes from one on.
  ///
  /// - Throws: `EspalierError.otherRun` for a line that is no episode.
  func steps(from first: Int) throws -> [RecordedEnvironment.Episode] {
    let decoder = JSONDecoder()
    return try steps.known.dropFirst(first).map { line in
      do {
        return try decoder.decode(RecordedEnvironment.Episode.self, from: line)
      } catch {
        throw EspalierError.otherRun(
          folder: folder, reason: "steps.jsonl holds a line that is no episode")
      }
    }
  }

  /// Returns and number of steps of the first episodes.
  ///
  /// - Throws: `EspalierError.otherRun` for a line that is no episode.
  func results(_ count: Int) throws -> [(total: Double, steps: Int)] {
    try episodes.known.prefix(count).enumerated().map { index, line in
      do {
        let value = try CanonicalJSON.parse(bytes: line)
        guard try value.int(at: "episode") == index else {
          throw EspalierError.otherRun(
            folder: folder, reason: "episodes.jsonl lacks episode \(index)")
        }
        return (try value.double(at: "return"), try value.int(at: "steps"))
      } catch let error as EspalierError {
        throw error
      } catch {
        throw EspalierError.otherRun(
          folder: folder, reason: "episodes.jsonl holds a line that is no episode (\(error))")
      }
    }
  }

  /// Appends an episode where it is new, and holds it against its line where it is not.
  ///
  /// - Returns: whether its steps are new.
  /// - Throws: `EspalierError.otherRun` when they differ, `FileError`.
  func take(_ record: EpisodeRecord, _ episode: RecordedEnvironment.Episode?) throws -> Bool {
    let isNew = record.episode >= steps.known.count
    if isNew, let episode {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      try steps.append(String(decoding: encoder.encode(episode), as: UTF8.self))
    }
    try episodes.take(Self.line(record), at: record.episode, folder: folder)
    return isNew
  }

  /// Waits until both have reached the disk.
  ///
  /// - Throws: `FileError`.
  func synchronize() throws {
    try steps.synchronize()
    try episodes.synchronize()
  }

  private static func line(_ record: EpisodeRecord) throws -> String {
    try CanonicalJSON.line([
      "episode": record.episode.json, "seed": .integer(Int(clamping: record.seed)),
      "steps": record.steps.count.json, "return": record.return.json,
      "terminated": .bool(record.terminated),
      "info": .object(record.finalInfo.mapValues(\.json)),
    ])
  }
}
