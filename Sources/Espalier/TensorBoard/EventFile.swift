import Foundation
import Interchange

/// The event file of one agent of a run: `tensorboard/<agent>/events.out.tfevents.…`.
///
/// It grows by a record an episode, in one write each. A run that goes on continues the file: what a kill tore
/// off its end is cut away, and episodes that stand there already are not written again. Events carry the time
/// of day, so these files, like timings, are not among those that equal runs have equal.
final class EventFile {
  private let file: AppendedFile
  private var last: Int

  /// Opens the event file in a folder, making both where they are not there.
  ///
  /// - Parameter folder: the agent's.
  /// - Throws: `FileError` when it cannot be written.
  init(in folder: URL) throws {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    if let name = names.filter({ $0.hasPrefix(Self.prefix) }).sorted().last {
      let url = folder.appendingPathComponent(name)
      let bytes = Array(try WholeFile.read(url))
      let (records, end) = EventRecord.whole(in: bytes)
      if end < bytes.count { try AtomicFile.write(Data(bytes[..<end]), to: url) }
      last = records.reversed().lazy.compactMap { TrainingEvent.step(of: $0) }.first ?? -1
      file = try AppendedFile(url)
      if records.isEmpty { try begin() }
    } else {
      let seconds = Int(Date().timeIntervalSince1970)
      let digits = String(seconds)
      let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
      file = try AppendedFile(
        folder.appendingPathComponent("\(Self.prefix)\(padded).espalier"))
      last = -1
      try begin()
    }
  }

  private static let prefix = "events.out.tfevents."

  private func begin() throws {
    try file.append(
      bytes: EventRecord.framed(TrainingEvent.version(time: Date().timeIntervalSince1970)))
  }

  /// Appends an event, unless its step or a later one stands there already.
  ///
  /// - Throws: `FileError`.
  func append(_ event: TrainingEvent) throws {
    guard event.step > last else { return }
    try file.append(bytes: EventRecord.framed(event.bytes))
    last = event.step
  }
}
