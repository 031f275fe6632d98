import Foundation
import Testing

@testable import EspalierCommands

/// The living view of the built program on a terminal of its own.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct LiveProgramTests {
  private static let script = "/usr/bin/script"

  /// What stands on the terminal's side.
  private func watch(_ setup: String, _ columns: Int) throws -> String {
    let bench = try Bench()
    let command = "\(setup) stty cols \(columns) rows 20; $0 $*"
    let outcome = try Program.run(
      ["search", "./tiny", "--episodes", "30", "--threads", "1", "--output", "run"], in: bench,
      through: ["/bin/sh", "-c", "TERM=xterm exec script -qec \"\(command)\" /dev/null"])
    #expect(outcome.code == 0, "\(outcome.error)")
    return outcome.output
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: script), "script is not installed"),
    arguments: [40, 100])
  func theViewKeepsToTheWindowAndLeavesASummary(_ columns: Int) throws {
    let frames = try watch("", columns).components(separatedBy: "\u{1B}[J")
    #expect(frames.count > 2)
    let lines = frames.dropLast().flatMap { $0.components(separatedBy: "\r\n") }
    #expect(lines.contains { $0.contains("curve") })
    for line in lines {
      // Cursor movements end with an A, colours with an m.
      let text = line.replacing(/\u{1B}\[[0-9]*[Am]/, with: "").filter { $0 != "\r" }
      #expect(text.count < columns, "\(text)")
    }
    let last = try #require(frames.last)
    #expect(last.hasPrefix("ddpg  30/30  best "))
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: script), "script is not installed"))
  func coloursAndMovementsCanBeDoneWithout() throws {
    let plain = try watch("export NO_COLOR=1;", 60)
    #expect(plain.contains("\u{1B}[J") && !plain.contains("\u{1B}[36m"))
    let dumb = try watch("export TERM=dumb;", 60)
    #expect(!dumb.contains("\u{1B}") && dumb.contains("ddpg  10/30  reward"))
  }
}
