public import CompressionPolicies
public import Foundation
import Interchange

/// Runs the searches of a plan, each in a process of its own, one after the other or several at a time.
///
/// What a search prints goes to `<name>.log` beside its folder, what comes of it to `<name>.json`. One that fails
/// ends no other.
public struct SweepRun {
  /// What one search came to.
  public struct Outcome: Equatable, Sendable {
    /// Its name in the plan.
    public let name: String
    /// Its folder.
    public let run: RunDirectory
    /// How its process ended: 0 done, 1 failed, 130 interrupted, below 0 a signal; nil when it was not begun.
    public let code: Int32?
    /// What `search --json` printed, where it is done.
    public let result: JSONValue?
    /// The sentence that it failed with.
    public let complaint: String?

    /// Whether it is done.
    public var isDone: Bool { code == 0 && result != nil }
  }

  /// The folder of all.
  public let folder: URL
  private let plan: SweepPlan
  private let program: URL
  private let arguments: (SweepPlan.Entry, URL) -> [String]

  /// A sweep.
  ///
  /// - Parameters:
  ///   - folder: where each search has a folder.
  ///   - program: what is run.
  ///   - arguments: what it is run with for a search and its folder.
  public init(
    _ plan: SweepPlan, in folder: URL, program: URL,
    arguments: @escaping (SweepPlan.Entry, URL) -> [String]
  ) {
    self.plan = plan
    self.folder = folder.absoluteURL.standardizedFileURL
    self.program = program
    self.arguments = arguments
  }

  /// A new folder for a sweep under `./runs`.
  ///
  /// - Throws: `EspalierError.setting` when none can be made.
  public static func freshFolder(_ environment: String) throws -> URL {
    var base = URL(fileURLWithPath: environment)
    if base.lastPathComponent == EnvironmentCatalog.file { base.deleteLastPathComponent() }
    return try RunDirectory.fresh("\(base.deletingPathExtension().lastPathComponent)-sweep").folder
  }

  /// Runs all searches.
  ///
  /// - Parameters:
  ///   - jobs: how many at a time.
  ///   - resume: whether searches that are there go on.
  ///   - onChange: called when a search begins, with no outcome, and when it ends.
  /// - Returns: outcomes in the plan's order.
  /// - Throws: `EspalierError.runExists` when a search is there and none is to go on, `runBusy` when another
  ///   process sweeps here, `interrupted` when asked to stop, after the searches have saved themselves.
  public func run(
    jobs: Int, resume: Bool, onChange: (SweepPlan.Entry, Outcome?) -> Void
  ) throws -> [Outcome] {
    _ = try OutputFolder(folder.path)
    guard let lock = try FileLock(folder.appendingPathComponent("sweep.lock")) else {
      throw EspalierError.runBusy(folder: folder.path)
    }
    defer { withExtendedLifetime(lock) {} }
    if !resume, plan.entries.contains(where: { directory($0).hasEpisodes }) {
      throw EspalierError.runExists(folder: folder.path)
    }
    var waiting = plan.entries[...]
    var running: [(entry: SweepPlan.Entry, process: Process)] = []
    var outcomes: [String: Outcome] = [:]
    var wasTold = false
    while !running.isEmpty || (!waiting.isEmpty && !Interruption.isRequested) {
      while running.count < max(jobs, 1), !Interruption.isRequested, let next = waiting.popFirst() {
        onChange(next, nil)
        do {
          running.append((next, try start(next)))
        } catch {
          outcomes[next.name] = outcome(next, code: 1, complaint: "\(error)")
          onChange(next, outcomes[next.name])
        }
      }
      for (entry, process) in running where !process.isRunning {
        outcomes[entry.name] = outcome(entry, process)
        onChange(entry, outcomes[entry.name])
      }
      running.removeAll { outcomes[$0.entry.name] != nil }
      if Interruption.isRequested, !wasTold {
        wasTold = true
        for (_, process) in running { Self.interrupt(process) }
      }
      if !running.isEmpty { Thread.sleep(forTimeInterval: 0.05) }
    }
    if Interruption.isRequested { throw EspalierError.interrupted(folder: folder.path) }
    return plan.entries.map { outcomes[$0.name] ?? outcome($0, code: nil, complaint: nil) }
  }

  /// The folders of the searches that are done.
  public func finished(_ outcomes: [Outcome]) -> [URL] {
    outcomes.filter(\.isDone).map(\.run.folder)
  }

  // MARK: - One search

  private func directory(_ entry: SweepPlan.Entry) -> RunDirectory {
    RunDirectory(folder.appendingPathComponent(entry.name))
  }

  private func file(_ entry: SweepPlan.Entry, _ ending: String) -> URL {
    folder.appendingPathComponent("\(entry.name).\(ending)")
  }

  private func start(_ entry: SweepPlan.Entry) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments(entry, directory(entry).folder)
    process.standardInput = FileHandle.nullDevice
    for (ending, isOutput) in [("json", true), ("log", false)] {
      let url = file(entry, ending)
      try AtomicFile.write(Data(), to: url)
      let handle = try FileHandle(forWritingTo: url)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    try process.run()
    return process
  }

  /// Passes Control-C on to a child that did not hear it itself: in the terminal's own group it did.
  private static func interrupt(_ process: Process) {
    let number = process.processIdentifier
    if process.isRunning, getpgid(number) != getpgrp() { kill(number, SIGINT) }
  }

  private func outcome(_ entry: SweepPlan.Entry, _ process: Process) -> Outcome {
    let code =
      process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    let log = (try? WholeFile.read(file(entry, "log"))) ?? Data()
    let last = String(decoding: log, as: UTF8.self).split(separator: "\n").last.map(String.init)
    return outcome(
      entry, code: code, complaint: code == 0 ? nil : last ?? "its process ended with \(code)")
  }

  private func outcome(
    _ entry: SweepPlan.Entry, code: Int32?, complaint: String?
  ) -> Outcome {
    let bytes = code == 0 ? try? WholeFile.read(file(entry, "json")) : nil
    return Outcome(
      name: entry.name, run: directory(entry), code: code,
      result: bytes.flatMap { try? CanonicalJSON.parse(bytes: $0) }, complaint: complaint)
  }
}

extension SweepRun.Outcome {
  /// What `search --json` prints of one search of a sweep.
  public var json: JSONValue {
    .object(omittingNil: [
      "name": name.json, "run": run.folder.path.json, "code": code.map { Int($0).json } ?? .null,
      "result": result, "error": complaint?.json,
    ])
  }
}
