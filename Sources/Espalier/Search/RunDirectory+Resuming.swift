import CompressionPolicies
import Foundation
import Hardware
import Reinforcement

extension RunDirectory {
  /// Does a part of a run; where a program of the user's fails, its error says that the run is saved.
  ///
  /// - Throws: `EspalierError.stopped`, or `interrupted` where the user asked for the end meanwhile; other
  ///   errors as they are.
  func savingRun<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as ProcessError {
      throw stopped("\(error)")
    } catch let error as HardwareError {
      guard case .model = error else { throw error }
      throw stopped("\(error)")
    }
  }

  private func stopped(_ reason: String) -> EspalierError {
    Interruption.isRequested
      ? .interrupted(folder: folder.path) : .stopped(reason: reason, folder: folder.path)
  }

  /// Holds a file of the run against what is asked for now; how a program is started does not matter.
  ///
  /// - Throws: `EspalierError.otherRun` with the first field that differs.
  func compare(_ file: URL, with value: JSONValue) throws {
    guard let bytes = FileManager.default.contents(atPath: file.path) else { return }
    let there = try? CanonicalJSON.parse(bytes: bytes)
    // Written and read again, so that both have the same kinds of numbers.
    let now = try CanonicalJSON.parse(bytes: Data(CanonicalJSON.file(value).utf8))
    guard let difference = Self.difference(there ?? .null, now, at: []) else { return }
    throw EspalierError.otherRun(
      folder: folder.path,
      reason: "\(file.lastPathComponent) there differs from what is asked for now: \(difference)")
  }

  /// Fields that say how a program is started, not what it computes.
  private static let launching = [
    ["command"], ["timeLimitSeconds"], ["evaluator", "command"], ["evaluator", "timeLimitSeconds"],
  ]

  /// The first field in which two values differ, in the order of names; nil where none does.
  private static func difference(
    _ there: JSONValue, _ now: JSONValue, at path: [String]
  ) -> String? {
    guard there != now, !launching.contains(path) else { return nil }
    guard let old = there.objectValue, let new = now.objectValue else {
      let name = path.isEmpty ? "the whole" : "'\(path.joined(separator: "."))'"
      return "\(name) is \(text(there)) there and \(text(now)) now"
    }
    for key in Set(old.keys).union(new.keys).sorted() {
      let found = difference(old[key] ?? .null, new[key] ?? .null, at: path + [key])
      if let found { return found }
    }
    return nil
  }

  private static func text(_ value: JSONValue) -> String {
    guard value != .null, let line = try? CanonicalJSON.line(value) else { return "not given" }
    return ForeignText.line(line, longest: 60)
  }
}
