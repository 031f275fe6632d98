import Foundation
import Interchange

/// A file with a line for each episode; a torn last line does not count.
struct LineJournal {
  /// The lines that were there at the beginning.
  let known: [Data]
  private let file: AppendedFile

  /// Opens a journal for appending, without what a torn last line left.
  ///
  /// - Throws: `FileError` when the folder cannot be written.
  init(_ url: URL) throws {
    known = Self.lines(url)
    file = try SearchJournal(url).open()
  }

  /// The whole lines of a file; none where there is no file.
  static func lines(_ url: URL) -> [Data] {
    guard let bytes = FileManager.default.contents(atPath: url.path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
      .map { Data($0) }
  }

  /// Appends a line.
  ///
  /// - Throws: `FileError`.
  func append(_ line: String) throws { try file.append(line: line) }

  /// Waits until everything appended has reached the disk.
  ///
  /// - Throws: `FileError`.
  func synchronize() throws { try file.synchronize() }

  /// Appends the line of an episode, or holds it against the one that is there.
  ///
  /// - Throws: `EspalierError.otherRun` when they differ, `FileError`.
  func take(_ line: String, at episode: Int, folder: String) throws {
    guard episode < known.count else { return try append(line) }
    guard known[episode] == Data(line.utf8) else {
      throw EspalierError.otherRun(folder: folder, reason: "episode \(episode) went another way")
    }
  }
}
