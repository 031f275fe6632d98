import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct EnvironmentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environments", abstract: "List the named environments.")

  @Option(help: ArgumentHelp("A folder with environments of one's own.", valueName: "dir"))
  var environments: [String] = []

  @Flag(help: "Print the list as one JSON object on standard output.")
  var json = false

  func run() throws {
    let catalog = try EnvironmentCatalog(own: environments.map(\.fileURL))
    var entries: [(name: String, summary: String, folder: URL?)] = []
    for name in catalog.names {
      // One that cannot be read does not hide the others.
      do { entries.append(try Self.row(name, catalog)) } catch {
        Terminal.error(Sentence.of(error))
      }
    }
    let known = Set(entries.map(\.name))
    for own in Registry.environments where !known.contains(own.name) {
      entries.append((own.name, own.summary, nil))
    }
    entries.sort { $0.name < $1.name }
    if json {
      print(
        try CanonicalJSON.line([
          "environments": .array(
            entries.map {
              .object(omittingNil: [
                "name": $0.name.json, "summary": $0.summary.json,
                "folder": $0.folder?.absoluteURL.path.json,
              ])
            })
        ]))
      return
    }
    var table = TextTable(["environment", "what it is"])
    for entry in entries { table.append([entry.name, entry.summary]) }
    print(table.text)
  }

  private static func row(
    _ name: String, _ catalog: EnvironmentCatalog
  ) throws -> (name: String, summary: String, folder: URL?) {
    if let task = try catalog.task(name) {
      return (task.definition.name, task.definition.summary, task.folder)
    }
    let entry = try catalog.entry(name)
    return (entry.definition.name, entry.definition.summary, entry.folder)
  }
}
