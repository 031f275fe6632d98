import CompressionPolicies
import Foundation
import Reinforcement

/// The field `agent` of an environment file.
enum AgentSettings {
  /// The agent's settings: ours, or published ones with `"preset": "amcPaper"`, `"td3"` or
  /// `"control"`, with the fields
  /// that are there laid over them.
  static func read(
    _ reader: JSONReader, default standard: AgentPreset = .espalier
  ) throws(JSONError) -> DDPGConfiguration {
    guard let field = reader["agent"] else { return standard.configuration }
    try field.refuseFields(otherThan: DDPGConfiguration.fieldNames + ["preset"])
    try field["noise"]?.refuseFields(otherThan: ExplorationNoise.fieldNames)
    if let noise = field["targetNoise"], noise.value != .null {
      try noise.refuseFields(otherThan: TargetNoise.fieldNames)
    }
    let preset: AgentPreset = try field.choice("preset", default: standard)
    do {
      var fields = try value(preset.configuration).objectValue ?? [:]
      for (key, value) in try field.fields() where key != "preset" {
        let isNested = key == "noise" || key == "targetNoise"
        fields[key] = isNested ? (fields[key] ?? [:]).overlaid(with: value) : value
      }
      let text = try CanonicalJSON.line(.object(fields))
      return try JSONDecoder().decode(DDPGConfiguration.self, from: Data(text.utf8))
    } catch let error as JSONError {
      throw error
    } catch let error as DecodingError {
      throw .wrongType(
        path: error.keys.reduce(field.path) { $0.appending($1) },
        expected: "a value of another type or name",
        found: try CanonicalJSON.line(error.keys.reduce(field.value) { $0[$1] ?? .null }))
    } catch {
      throw .invalid(path: field.path, reason: "\(error)")
    }
  }

  private static func value(_ configuration: DDPGConfiguration) throws -> JSONValue {
    try CanonicalJSON.parse(bytes: JSONEncoder().encode(configuration))
  }

  /// Every setting.
  static func json(_ configuration: DDPGConfiguration) -> JSONValue {
    (try? value(configuration)) ?? .null
  }
}

/// Where an agent's settings begin: what `"preset"` names.
enum AgentPreset: String, CaseIterable {
  case espalier, amcPaper, td3, control

  var configuration: DDPGConfiguration {
    switch self {
    case .espalier: DDPGConfiguration()
    case .amcPaper: .amcPaper
    case .td3: .td3
    case .control: .control
    }
  }
}

extension JSONValue {
  /// The object with another one's fields laid over its own.
  fileprivate func overlaid(with other: JSONValue) -> JSONValue {
    guard let own = objectValue, let new = other.objectValue else { return other }
    return .object(own.merging(new) { $1 })
  }
}

extension DecodingError {
  /// The fields that lead to the value at fault.
  fileprivate var keys: [String] {
    let context: Context? =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    return context?.codingPath.filter { $0.intValue == nil }.map(\.stringValue) ?? []
  }
}
