import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compare the agents of some runs: reward against evaluations, and time.")

  @Argument(help: "Run directories of one search; seeds and agents may differ.")
  var runs: [String]

  @Flag(help: "Print the figures as one JSON object on standard output.")
  var json = false

  func run() throws {
    let curves = try RewardCurves(runs.map(\.fileURL))
    let time = try TimeSpent(runs.map(\.fileURL))
    if json {
      var report = curves.json
      report["time"] = time.json
      print(try CanonicalJSON.line(report))
    } else {
      print(RewardCurvesReport(curves, time).text)
    }
  }
}
