import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compare the agents of some runs: best reward against evaluations.")

  @Argument(help: "Run directories of one search; seeds and agents may differ.")
  var runs: [String]

  @Flag(help: "Print the figures as one JSON object on standard output.")
  var json = false

  func run() throws {
    let curves = try RewardCurves(runs.map(\.fileURL))
    print(json ? try CanonicalJSON.line(curves.json) : RewardCurvesReport(curves).text)
  }
}
