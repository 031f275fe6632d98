public import CompressionPolicies
import Datasets
public import Reinforcement

/// An environment file whose kind is `process` or a registered name: a task to learn, with no network to
/// compress.
///
/// Every field but name and kind has a default.
public struct TaskDefinition: Equatable, Sendable {
  /// How observations are shown to the agent.
  public enum Observations: String, CaseIterable, Sendable {
    /// As they come.
    case asGiven
    /// From −1 to 1 over the bounds of their space.
    case bounds
    /// With mean 0 and deviation 1, measured once on random actions.
    case measured
  }

  /// The folder's name.
  public var name: String
  /// `process`, or a registered environment.
  public var kind: String
  /// One line for lists.
  public var summary: String
  /// The program of `process`.
  public var process: ProcessSettings?
  /// What a registered environment is told.
  public var options: Info
  /// Steps after which learning ends, with the episode at hand; nil leaves that to `episodes`.
  public var steps: Int?
  /// Episodes after which learning ends.
  public var episodes: Int
  /// Steps after which an episode is cut off; nil leaves that to the environment.
  public var stepLimit: Int?
  /// How observations are shown to the agent.
  public var observations: Observations
  /// Episodes without noise that are measured at the end.
  public var evaluationEpisodes: Int
  /// The DDPG agent's settings; `"preset": "control"` unless another one is named.
  public var agent: DDPGConfiguration

  static let fields =
    [
      "name", "kind", "summary", "options", "steps", "episodes", "stepLimit", "observations",
      "evaluationEpisodes", "agent",
    ] + ProcessSettings.fields

  /// Whether a file with this kind is a task.
  static func isTask(kind: String) -> Bool {
    SearchKind(rawValue: kind) == nil && (kind == "process" || Registry.environment(kind) != nil)
  }

  /// Where editors find the schema; it says nothing to us.
  static let schemaField = "$schema"

  /// The kind of an environment file, checked before its other fields: those depend on it.
  ///
  /// - Throws: `JSONError` for a kind that nobody knows, with the nearest known one.
  static func knownKind(_ reader: JSONReader) throws(JSONError) -> String {
    let known =
      SearchKind.allCases.map(\.rawValue) + ["process"] + Registry.environments.map(\.name)
    let path = reader.path.appending("kind")
    guard let kind: String = try reader.readIfPresent("kind") else {
      guard reader["command"] == nil else {
        throw .wrongType(path: path, expected: "'process', as there is a 'command'", found: "none")
      }
      return SearchKind.amc.rawValue
    }
    guard !known.contains(kind) else { return kind }
    let near = nearNames(to: kind, among: known).first.map { "; did you mean '\($0)'?" } ?? ""
    throw .wrongType(
      path: path, expected: "one of \(known.joined(separator: ", "))", found: "'\(kind)'\(near)")
  }

  /// A registered environment with no file.
  static func registered(_ name: String) throws(JSONError) -> TaskDefinition {
    try TaskDefinition(JSONReader(["name": name.json, "kind": name.json]))
  }
}

extension TaskDefinition: JSONRepresentable {
  /// Reads a definition.
  public init(_ reader: JSONReader) throws(JSONError) {
    kind = try Self.knownKind(reader)
    try reader.refuseFields(otherThan: Self.fields + [Self.schemaField])
    name = try reader.baseName("name")
    summary = try reader.readIfPresent("summary") ?? ""
    let others = kind == "process" ? ["options"] : ProcessSettings.fields
    for field in others where reader[field] != nil {
      throw .wrongType(
        path: reader.path.appending(field), expected: "a field of an environment of kind '\(kind)'",
        found: "one of another kind")
    }
    process = kind == "process" ? try ProcessSettings(reader) : nil
    options = try reader["options"]?.fields().mapValues { InfoValue($0) } ?? [:]
    if let known = Registry.options(ofEnvironment: kind) {
      try reader["options"]?.refuseFields(otherThan: known)
    }
    let isCounted = reader["steps"] != nil || reader["episodes"] == nil
    steps = isCounted ? try reader.positive("steps", default: 20_000) : nil
    episodes = try reader.positive("episodes", default: 1_000_000)
    stepLimit =
      reader["stepLimit"] == nil ? nil : try reader.positive("stepLimit", default: 1000)
    observations = try reader.choice("observations", default: .asGiven)
    evaluationEpisodes = try reader.positive("evaluationEpisodes", default: 20)
    agent = try AgentSettings.read(reader, default: .control)
  }

  /// Every field, with the defaults written out.
  public var json: JSONValue {
    var fields: [String: JSONValue] =
      process?.ownFields ?? ["options": .object(options.mapValues(\.json))]
    fields["name"] = name.json
    fields["kind"] = kind.json
    fields["summary"] = summary.json
    fields["steps"] = steps?.json
    fields["episodes"] = episodes.json
    fields["stepLimit"] = stepLimit?.json
    fields["observations"] = observations.rawValue.json
    fields["evaluationEpisodes"] = evaluationEpisodes.json
    fields["agent"] = AgentSettings.json(agent)
    return .object(fields)
  }
}
