import Foundation
import Interchange

/// The checkpoints of one part of a run: the newest and the one before it.
///
/// A file is written under another name, synced and renamed; older ones go when two newer ones stand. One
/// that cannot be used is told of in a sentence and left where it is; the one before it serves, or none.
struct CheckpointFolder {
  private let folder: URL
  /// What the names of the files begin with.
  private let name: String
  private let identity: String
  private let onNotice: (String) -> Void

  init(
    _ folder: URL, name: String, identity: String, onNotice: @escaping (String) -> Void = { _ in }
  ) {
    self.folder = folder
    self.name = name
    self.identity = identity
    self.onNotice = onNotice
  }

  /// The checkpoints that can be gone on from, the newest first, each read when it is asked for.
  ///
  /// - Parameters:
  ///   - known: what the journal holds; a checkpoint beyond it is of no use.
  ///   - otherwise: what is done without any, for the sentence: `the journal is replayed`.
  func newestFirst(upTo known: Int = .max, otherwise: String) -> some Sequence<Checkpoint> {
    files().reversed().lazy.compactMap { file in
      do {
        return try checkpoint(file.url, upTo: known)
      } catch {
        tell(file.url, "\(error)", otherwise)
        return nil
      }
    }
  }

  /// Says why a checkpoint is of no use after all.
  func tell(_ checkpoint: Checkpoint, _ fault: String, otherwise: String) {
    tell(url(checkpoint.position), fault, otherwise)
  }

  private func tell(_ url: URL, _ fault: String, _ otherwise: String) {
    onNotice("the checkpoint \(url.path) \(fault); an earlier one is taken, or \(otherwise)")
  }

  private func checkpoint(_ url: URL, upTo known: Int) throws -> Checkpoint {
    let checkpoint = try Checkpoint(fileBytes: WholeFile.read(url))
    guard checkpoint.identity == identity else { throw Checkpoint.Fault.otherRun }
    guard checkpoint.position <= known else {
      throw Checkpoint.Fault.ahead(position: checkpoint.position, known: known)
    }
    return checkpoint
  }

  /// Whether there is any file.
  var isEmpty: Bool { files().isEmpty }

  /// Whether there are checkpoints that can be read, and none of them of this run.
  var areAllOfAnotherRun: Bool {
    let readable = files().compactMap { file in
      (try? WholeFile.read(file.url)).flatMap { try? Checkpoint(fileBytes: $0) }
    }
    return !readable.isEmpty && readable.allSatisfy { $0.identity != identity }
  }

  /// Writes a checkpoint, and takes away those before the one before it.
  ///
  /// - Throws: `FileError`; the earlier ones then stand as they were.
  func write(_ payload: Data, position: Int) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let checkpoint = Checkpoint(identity: identity, position: position, payload: payload)
    try AtomicFile.write(checkpoint.fileBytes, to: url(position))
    for file in files().filter({ $0.position < position }).dropLast() {
      try? FileManager.default.removeItem(at: file.url)
    }
  }

  /// Takes all away, and those of parts whose names begin alike: what they led to stands elsewhere.
  func removeAll() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for file in names where file.hasPrefix(name + "-") && file.hasSuffix(".checkpoint") {
      unlink(folder.appendingPathComponent(file).path)
    }
    // Goes only when nothing else is in it.
    rmdir(folder.path)
  }

  private func url(_ position: Int) -> URL {
    folder.appendingPathComponent("\(name)-\(position).checkpoint")
  }

  /// The files, the lowest position first.
  private func files() -> [(position: Int, url: URL)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.compactMap { file in
      guard file.hasPrefix(name + "-"), file.hasSuffix(".checkpoint"),
        let position = Int(file.dropFirst(name.count + 1).dropLast(".checkpoint".count))
      else { return nil }
      return (position, folder.appendingPathComponent(file))
    }.sorted { $0.position < $1.position }
  }
}
