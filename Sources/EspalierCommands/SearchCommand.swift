import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search for the best policy in an environment and write a run directory.",
    discussion: """
      Lists make a sweep: --seed 1-3, --budget macs=0.3,0.5, and --device and --agent with \
      commas. Each combination is a search in a process and a folder of its own under \
      --output; --jobs runs several at a time, and --resume goes on with all of them.
      """)

  @OptionGroup var options: SearchOptions

  @OptionGroup var compute: ComputeOptions

  func run() throws {
    Interruption.listen()
    if options.isSweep { return try sweep() }
    let view = SearchProgressView(isQuiet: compute.quiet)
    let request = options.request(threads: compute.threads)
    if let task = try LearningTask.find(request) {
      let result = try TaskRun.run(
        task, request, onProgress: { view.show($0) }, onNotice: { view.notice($0) })
      view.end()
      writePage(of: result.run)
      print(try compute.json ? CanonicalJSON.line(result.json) : TaskReport(result).text)
      return
    }
    let result = try SearchRun.run(
      request, onProgress: { view.show($0) }, onFineTuning: { view.show($0) },
      onNotice: { view.notice($0) })
    view.end()
    writePage(of: result.run)
    if compute.json {
      print(try CanonicalJSON.line(result.json))
    } else {
      print(SearchReport(result).text)
    }
  }

  /// Writes the run's page.
  ///
  /// A run whose page cannot be written is done all the same: `report` makes it again.
  private func writePage(of run: RunDirectory) { writePage(of: [run.folder], to: run.report) }

  private func writePage(of runs: [URL], to file: URL) {
    guard !runs.isEmpty else { return }
    do {
      try RunReport(
        runs, deviceFolders: options.devices.map(\.fileURL),
        environmentFolders: options.environments.map(\.fileURL)
      ).write(to: file)
    } catch {
      if !compute.quiet { Terminal.write("The page was not written: \(error).") }
    }
  }

  // MARK: - Several searches

  private func sweep() throws {
    let plan = try options.plan()
    let folder =
      try options.output.map(\.fileURL) ?? SweepRun.freshFolder(options.environment)
    guard let program = Bundle.main.executableURL else {
      throw EspalierError.setting(name: "the program", expected: "a file", found: "none")
    }
    let sweep = SweepRun(plan, in: folder, program: program) { entry, folder in
      options.arguments(for: entry, output: folder) + compute.arguments(jobs: options.jobs)
    }
    var ended = 0
    let outcomes = try sweep.run(jobs: options.jobs, resume: options.resume) { entry, outcome in
      guard !compute.quiet else { return }
      guard let outcome else { return Terminal.write("\(entry.name)  begins") }
      ended += 1
      let state = outcome.complaint ?? "done"
      Terminal.write("\(entry.name)  \(ended)/\(plan.entries.count)  \(state)")
    }
    writePage(
      of: sweep.finished(outcomes), to: sweep.folder.appendingPathComponent("report.html"))
    let report = SweepReport(outcomes, folder: sweep.folder.path)
    print(try compute.json ? CanonicalJSON.line(report.json) : report.text)
    let failed = outcomes.filter { !$0.isDone }
    guard failed.isEmpty else {
      throw EspalierError.sweep(
        failed: failed.map(\.name), of: outcomes.count, folder: sweep.folder.path)
    }
  }
}
