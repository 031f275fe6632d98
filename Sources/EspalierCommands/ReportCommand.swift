import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a run, or compare several, on one self-contained HTML page.",
    discussion: """
      The page loads nothing and works from disk. Of one run it is report.html in the run directory, of \
      several ./report.html, unless --output names another file. With --policy nothing but the policy is \
      written.
      """)

  @Argument(help: "Run directories; of several, one page compares them.")
  var runs: [String]

  @Option(
    help: ArgumentHelp("The page to write, or with --policy the policy.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Write each chart as a drawing of its own.", valueName: "dir"))
  var svg: String?

  @Option(help: ArgumentHelp("Write the numbers of each chart as a table.", valueName: "dir"))
  var csv: String?

  @Flag(help: "List the run's policies that no other beats in validation score and cost.")
  var pareto = false

  @Option(
    help: ArgumentHelp(
      "The cost that --pareto counts: macs, weightBytes, latency …; by default what the budget limits.",
      valueName: "name"))
  var cost: String?

  @Option(
    help: ArgumentHelp(
      "Write the policy of an episode, such as --pareto lists, to --output.", valueName: "episode"))
  var policy: Int?

  @Option(
    help: ArgumentHelp(
      "The original model; by default where the search found it.", valueName: "file"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The data of the search, for --policy; by default where it found them.", valueName: "spec"))
  var data: String?

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

  @Option(help: ArgumentHelp("A folder with environments of one's own.", valueName: "dir"))
  var environments: [String] = []

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if pareto || policy != nil, runs.count != 1 {
      throw ValidationError("--pareto and --policy take one run.")
    }
    if policy != nil, output == nil { throw ValidationError("--policy needs --output.") }
    if let policy, policy < 0 { throw ValidationError("--policy: expected an episode from 0 on.") }
    if pareto, policy != nil { throw ValidationError("--pareto and --policy exclude each other.") }
    if cost != nil, !pareto { throw ValidationError("--cost needs --pareto.") }
    if pareto, output != nil || svg != nil || csv != nil {
      throw ValidationError("--pareto lists policies and writes no file.")
    }
    if policy != nil, svg != nil || csv != nil {
      throw ValidationError("--policy goes with neither --svg nor --csv.")
    }
  }

  func run() throws {
    let folders = runs.map(\.fileURL)
    if let policy, let output { return try write(policy, of: folders[0], to: output.fileURL) }
    if pareto { return try list(ParetoPolicies(folders[0], quantity: cost)) }
    let report = try RunReport(
      folders, model: model?.fileURL, deviceFolders: devices.map(\.fileURL),
      environmentFolders: environments.map(\.fileURL))
    let page =
      output?.fileURL
      ?? (runs.count == 1
        ? RunDirectory(folders[0]).report
        : URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
          .appendingPathComponent("report.html"))
    try report.write(to: page)
    let drawings = try svg.map { try report.writeDrawings(to: $0.fileURL) }
    let tables = try csv.map { try report.writeTables(to: $0.fileURL) }
    try show(report, page: page, files: (drawings ?? []) + (tables ?? []))
  }

  /// The figures: agents side by side where the runs are of one search, else a row for each run.
  private func show(_ report: RunReport, page: URL, files: [URL]) throws {
    let (curves, time) = (report.curves, report.time)
    guard compute.json else {
      if !compute.quiet {
        for note in report.notes { Terminal.write(note) }
      }
      if let curves, let time { print(RewardCurvesReport(curves, time).text + "\n") }
      if curves == nil { print(Self.text(report) + "\n") }
      print("page   \(page.absoluteURL.path)")
      if let first = files.first {
        print("files  \(files.count), such as \(first.absoluteURL.path)")
      }
      return
    }
    var fields = curves?.json.objectValue ?? [:]
    if let time { fields["time"] = time.json }
    fields["runs"] = report.json
    fields["report"] = page.absoluteURL.path.json
    if !files.isEmpty { fields["files"] = files.map(\.absoluteURL.path).json }
    print(try CanonicalJSON.line(.object(fields)))
  }

  private static func text(_ report: RunReport) -> String {
    var table = TextTable(["run", "environment", "agent", "episodes", "best"])
    for row in report.rows {
      table.append([
        row.run, row.environment, row.agent, "\(row.episodes)",
        row.best.map { decimal($0, 4) } ?? "–",
      ])
    }
    return table.text
  }

  private func list(_ policies: ParetoPolicies) throws {
    if compute.json { return print(try CanonicalJSON.line(policies.json)) }
    var table = TextTable(["episode", "validation", policies.quantity, "reward", "meets budget"])
    for entry in policies.entries {
      table.append([
        "\(entry.episode)", decimal(entry.validation, 2), policies.text(entry.cost),
        decimal(entry.reward, 4), entry.meetsBudget ? "yes" : "no",
      ])
    }
    print(table.text)
  }

  private func write(_ episode: Int, of folder: URL, to file: URL) throws {
    let made = try EpisodePolicy(
      episode: episode, of: folder, model: model?.fileURL, data: data,
      deviceFolders: devices.map(\.fileURL), threads: compute.threads)
    try made.write(to: file)
    let path = file.absoluteURL.path
    print(
      compute.json
        ? try CanonicalJSON.line([
          "policy": path.json, "episode": episode.json, "compressed": made.policy.compressed.json,
        ]) : "wrote \(path)")
  }
}
