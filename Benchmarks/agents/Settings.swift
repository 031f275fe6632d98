import Foundation
import Reinforcement

extension DDPGConfiguration {
  /// The settings with `key.path=value` assignments laid over them, values as JSON.
  func applying(_ assignments: [String]) throws -> DDPGConfiguration {
    var fields =
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(self)) as? [String: Any] ?? [:]
    for assignment in assignments {
      let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw BenchmarkError(text: "no assignment: \(assignment)") }
      let value = try JSONSerialization.jsonObject(
        with: Data(parts[1].utf8), options: .fragmentsAllowed)
      let path = parts[0].split(separator: ".").map(String.init)
      if path.count == 2 {
        var inner = fields[path[0]] as? [String: Any] ?? [:]
        inner[path[1]] = value
        fields[path[0]] = inner
      } else {
        fields[parts[0]] = value
      }
    }
    return try JSONDecoder().decode(
      DDPGConfiguration.self, from: JSONSerialization.data(withJSONObject: fields))
  }

  /// The settings that a preset's name stands for.
  static func named(_ preset: String) throws -> DDPGConfiguration {
    switch preset {
    case "amcPaper": .amcPaper
    case "td3": .td3
    default: throw BenchmarkError(text: "no preset: \(preset)")
    }
  }
}

/// What stops a benchmark.
struct BenchmarkError: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
