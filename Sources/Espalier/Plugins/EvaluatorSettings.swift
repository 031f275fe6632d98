import Compression
public import CompressionPolicies
import Datasets
import Foundation
public import Reinforcement

/// Who measures candidates: the field `evaluator` of an environment file.
///
/// `{"kind": "process", "command": […]}` is a child process, any other kind a registered evaluator.
public struct EvaluatorSettings: Equatable, Sendable {
  /// `process`, or a registered name.
  public var kind: String
  /// The program of `process`.
  public var process: ProcessSettings?
  /// What a registered evaluator is told.
  public var options: Info

  /// Makes the evaluator.
  ///
  /// - Throws: `EspalierError.setting` for a kind that nobody registered; what making it throws.
  func make(_ context: EvaluatorContext, folder: URL) throws -> any Evaluator {
    if let process {
      return try ProcessEvaluator(
        process.launch(in: folder), images: context.images, preprocessing: context.preprocessing)
    }
    guard let make = Registry.evaluator(kind) else {
      throw EspalierError.setting(
        name: "evaluator.kind",
        expected: (["process"] + Registry.evaluators).joined(separator: ", "), found: "'\(kind)'")
    }
    return try make(context)
  }
}

extension EvaluatorSettings: JSONRepresentable {
  /// Reads the field.
  public init(_ reader: JSONReader) throws(JSONError) {
    kind = try reader.read("kind")
    guard kind == "process" else {
      try reader.refuseFields(otherThan: ["kind", "options"])
      process = nil
      options = try reader["options"]?.fields().mapValues { InfoValue($0) } ?? [:]
      return
    }
    try reader.refuseFields(otherThan: ["kind"] + ProcessSettings.fields)
    process = try ProcessSettings(reader)
    options = [:]
  }

  /// Every field.
  public var json: JSONValue {
    var fields: [String: JSONValue] =
      process?.ownFields ?? ["options": .object(options.mapValues(\.json))]
    fields["kind"] = kind.json
    return .object(fields)
  }
}
