import CompressionEnvironments
import CompressionPolicies
import Foundation
import Interchange

/// `episodes.jsonl`: one line for each measured candidate, appended as it happens; no clock in it.
///
/// Nothing is ever rewritten. A torn last line, left by a process that was killed, is cut off when the
/// run goes on; every whole line before it counts.
struct SearchJournal {
  private let url: URL

  init(_ url: URL) {
    self.url = url
  }

  /// One line.
  struct Line: Equatable {
    let episode: Int
    /// What the agent asked for.
    let requested: [Double]
    /// The widths of a candidate, the weights it keeps, its bits, or channels and bits.
    let choices: [Int]
    let accuracy: Double
    let reward: Double
    let meetsBudget: Bool
    let text: String
  }

  /// Whether there is at least one whole line; one that cannot be read is there all the same.
  var hasEpisodes: Bool {
    FileManager.default.contents(atPath: url.path)?.contains(UInt8(ascii: "\n")) ?? false
  }

  /// The whole lines.
  ///
  /// - Throws: `EspalierError.otherRun` for a line that is no episode.
  func lines() throws -> [Line] {
    guard let bytes = FileManager.default.contents(atPath: url.path) else { return [] }
    return try bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast().map { line in
        do {
          let value = try CanonicalJSON.parse(bytes: line)
          return Line(
            episode: try value.int(at: "episode"),
            requested: try value.doubles(at: "requested"),
            choices: try value.ints(at: Self.choiceName(of: value)),
            accuracy: try value.double(at: "validation"),
            reward: try value.double(at: "reward"),
            meetsBudget: try value.bool(at: "meetsBudget"),
            text: String(decoding: line, as: UTF8.self))
        } catch {
          throw EspalierError.otherRun(
            folder: url.deletingLastPathComponent().path,
            reason: "\(url.lastPathComponent) holds a line that is no episode (\(error))")
        }
      }
  }

  /// What the space that a line tells of calls its choices.
  private static func choiceName(of line: JSONValue) -> String {
    ["bits", "choices", "weights"].first { line[$0] != nil } ?? "widths"
  }

  /// Opens the file for appending, without what a torn last line left.
  ///
  /// - Throws: `FileError` when the folder cannot be written.
  func open() throws -> AppendedFile {
    let bytes = FileManager.default.contents(atPath: url.path) ?? Data()
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex - 1
    let whole = end + 1 - bytes.startIndex
    return try AppendedFile(url, keeping: whole)
  }

  /// The line of an episode.
  ///
  /// - Parameter choiceName: what the search space calls its choices.
  static func text(_ episode: SearchEpisode, choiceName: String) throws -> String {
    let executed = episode.candidate
    return try CanonicalJSON.line([
      "episode": .integer(episode.index),
      "requested": .array(episode.requested.map { .number($0) }),
      choiceName: .array(executed.choices.map { .integer($0) }),
      "executed": .array(episode.executed.map { .number($0) }),
      "reward": .number(executed.reward),
      "validation": .number(executed.accuracy),
      "cost": executed.cost.json,
      "meetsBudget": .bool(episode.meetsBudget),
    ])
  }
}
