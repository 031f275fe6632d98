import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Test an environment, with its evaluator, or a device against its contract; show what is decided about."
  )

  @Argument(help: "An environment's name, or a path to its definition.")
  var environment: String?

  @Option(
    help: ArgumentHelp(
      "A device in place of an environment: its cost model is tested.",
      valueName: "name-or-file"))
  var device: String?

  @Option(help: ArgumentHelp("The ONNX model.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("The data, such as cifar10:DIR.", valueName: "spec"))
  var data: String?

  @Option(
    help: ArgumentHelp("Another value for a field of the environment.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Option(help: ArgumentHelp("A folder with environments of one's own.", valueName: "dir"))
  var environments: [String] = []

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    guard (environment == nil) != (device == nil) else {
      throw ValidationError("Expected an environment, or --device in its place.")
    }
  }

  func run() throws {
    guard let environment else {
      return try show(DeviceCheck(DeviceCatalog().pricingDevice(device ?? "")))
    }
    var request = SearchRequest(environment: environment)
    request.environmentFolders = environments.map(\.fileURL)
    request.settings = set
    request.model = model?.fileURL
    request.data = data
    request.threads = compute.threads
    let check = try EnvironmentCheck(request)
    if compute.json {
      print(try CanonicalJSON.line(json(check)))
    } else {
      printTables(check)
    }
    if !check.violations.isEmpty { throw ExitCode(1) }
  }

  private func show(_ check: DeviceCheck) throws {
    if compute.json {
      print(
        try CanonicalJSON.line([
          "device": check.device.json, "rules": check.rules.json,
          "untried": Self.untried(check.outcomes), "violations": check.violations.json,
        ]))
    } else {
      Self.show(check.outcomes)
    }
    if !check.violations.isEmpty { throw ExitCode(1) }
  }

  private func json(_ check: EnvironmentCheck) -> JSONValue {
    .object(omittingNil: [
      "rules": check.rules.json, "untried": Self.untried(check.outcomes),
      "violations": check.violations.json,
      "notes": check.notes.isEmpty ? nil : check.notes.json,
      "groups": .array(
        check.groups.map { group in
          .object(omittingNil: [
            "name": group.name.json, "width": group.width.json, "tied": group.isTied.json,
            "producers": group.producers.json, "consumers": group.consumers.json,
            "obstacle": group.obstacle?.json,
          ])
        }),
      "decisions": .array(
        check.decisions.map {
          ["layer": $0.layer.json, check.granularity.rawValue: $0.choices.json]
        }),
    ])
  }

  private func printTables(_ check: EnvironmentCheck) {
    var groups = TextTable(["channels made by", "width", "can be pruned", "read by"])
    for group in check.groups where !group.name.isEmpty {
      groups.append([
        group.producers.first ?? group.name, "\(group.width)",
        group.obstacle.map { "no: \($0)" } ?? (group.isTied ? "yes, tied" : "yes"),
        Self.names(group.consumers, atMost: 2),
      ])
      for maker in group.producers.dropFirst() { groups.append(["  with \(maker)", "", "", ""]) }
    }
    if check.granularity == .channels { print(groups.text + "\n") }
    var decisions = TextTable(["layer decided", check.granularity.rawValue])
    for decision in check.decisions { decisions.append([decision.layer, "\(decision.choices)"]) }
    if !check.decisions.isEmpty { print(decisions.text + "\n") }
    Self.show(check.outcomes)
    for note in check.notes { Terminal.write("espalier: \(note)") }
  }

  /// A line for each rule, and what was found against it on standard error.
  private static func show(_ outcomes: [RuleOutcome]) {
    for outcome in outcomes {
      switch outcome.state {
      case .holds: print("holds  \(outcome.rule)")
      case .broken: print("FAILS  \(outcome.rule)")
      case .untried(let reason): print("untried  \(outcome.rule) (\(Sentence.of(reason)))")
      }
    }
    for case .broken(let sentence) in outcomes.map(\.state) {
      Terminal.error(Sentence.of(sentence))
    }
  }

  /// The rules that nobody knows about, with the reason.
  private static func untried(_ outcomes: [RuleOutcome]) -> JSONValue {
    var reasons: [String: JSONValue] = [:]
    for outcome in outcomes {
      if case .untried(let reason) = outcome.state { reasons[outcome.rule] = reason.json }
    }
    return .object(reasons)
  }

  private static func names(_ names: [String], atMost count: Int) -> String {
    let shown = names.prefix(count).joined(separator: ", ")
    return names.count > count ? "\(shown) and \(names.count - count) more" : shown
  }
}
