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
    var entries: [EnvironmentCatalog.Entry] = []
    for name in catalog.names {
      // One that cannot be read does not hide the others.
      do { entries.append(try catalog.entry(name)) } catch { Terminal.error(Sentence.of(error)) }
    }
    if json {
      print(
        try CanonicalJSON.line([
          "environments": .array(
            entries.map {
              [
                "name": $0.definition.name.json, "summary": $0.definition.summary.json,
                "folder": $0.folder.absoluteURL.path.json,
              ]
            })
        ]))
      return
    }
    var table = TextTable(["environment", "what it is"])
    for entry in entries { table.append([entry.definition.name, entry.definition.summary]) }
    print(table.text)
  }
}
