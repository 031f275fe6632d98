import ArgumentParser
import Foundation
import Testing

@testable import EspalierCommands

/// Help texts against `Golden/*.txt`; `RECORD_GOLDENS=1` writes them anew.
@Suite(.serialized) struct HelpTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")
  private static let isRecording =
    ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1"

  private func expect(_ text: String, isGolden name: String) throws {
    let url = Self.folder.appendingPathComponent("\(name).txt")
    if Self.isRecording { try (text + "\n").write(to: url, atomically: true, encoding: .utf8) }
    let golden = try String(contentsOf: url, encoding: .utf8)
    #expect(text + "\n" == golden, "\(name).txt; RECORD_GOLDENS=1 writes it anew")
  }

  @Test func theRootHelpIsTheGoldenOne() throws {
    try expect(EspalierCommand.helpMessage(columns: 80), isGolden: "espalier")
  }

  @Test func everySubcommandsHelpIsTheGoldenOne() throws {
    for command in EspalierCommand.configuration.subcommands {
      let name = command.configuration.commandName ?? "\(command)"
      try expect(EspalierCommand.helpMessage(for: command, columns: 80), isGolden: name)
    }
  }

  @Test func noGoldenFileIsLeftOver() throws {
    let known = Set(
      EspalierCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        + ["espalier"])
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(known.map { "\($0).txt" }))
  }

  @Test func everySubcommandHasANameAndASummary() {
    for command in EspalierCommand.configuration.subcommands {
      #expect(command.configuration.commandName != nil)
      #expect(!command.configuration.abstract.isEmpty)
    }
  }
}
