public import CompressionPolicies
import Foundation
import Reinforcement

/// A program that speaks the line protocol: the fields `command` and `timeLimitSeconds`.
public struct ProcessSettings: Equatable, Sendable {
  /// The program and its arguments; it runs in the folder of the file that names it.
  public var command: [String]
  /// The seconds that each answer may take.
  public var timeLimit: Double

  static let fields = ["command", "timeLimitSeconds"]

  /// A command.
  public init(_ command: [String], timeLimit: Double = 60) {
    self.command = command
    self.timeLimit = timeLimit
  }

  /// How it is started.
  func launch(in folder: URL) -> ProcessConversation.Launch {
    ProcessConversation.Launch(command, folder: folder, timeLimit: timeLimit)
  }

  /// Its fields.
  var ownFields: [String: JSONValue] {
    ["command": command.json, "timeLimitSeconds": timeLimit.json]
  }
}

extension ProcessSettings: JSONRepresentable {
  /// Reads the two fields; others are for whoever holds them.
  public init(_ reader: JSONReader) throws(JSONError) {
    command = try reader.read("command")
    guard let program = command.first, !program.isEmpty else {
      throw .wrongType(
        path: reader.path.appending("command"), expected: "a program and its arguments",
        found: "none")
    }
    timeLimit = try reader.readIfPresent("timeLimitSeconds") ?? 60
    guard timeLimit > 0, timeLimit <= 1_000_000 else {
      throw .wrongType(
        path: reader.path.appending("timeLimitSeconds"),
        expected: "a number above 0 and up to 1000000", found: "\(timeLimit)")
    }
  }

  /// Its fields as one object.
  public var json: JSONValue { .object(ownFields) }
}

extension InfoValue {
  /// A value of a file as plug-ins see it.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let truth): self = .truth(truth)
    case .integer(let number): self = .number(Double(number))
    case .number(let number): self = .number(number)
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map { InfoValue($0) })
    case .object(let values): self = .table(values.mapValues { InfoValue($0) })
    }
  }

  /// The value as files have it; a number that is not finite is null.
  var json: JSONValue {
    switch self {
    case .null: .null
    case .truth(let truth): .bool(truth)
    case .number(let number): number.isFinite ? .number(number) : .null
    case .text(let text): .string(text)
    case .list(let values): .array(values.map(\.json))
    case .table(let values): .object(values.mapValues(\.json))
    }
  }
}
