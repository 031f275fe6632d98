import CompressionEnvironments
import Foundation
import Interchange
import Reinforcement

/// The trained agent that a search begins with: `--agent-from`, or the copy in a run that goes on.
struct AgentTransfer {
  /// The file as it was read; the run directory keeps a copy.
  let bytes: Data
  /// Its hash, for `run.json`.
  let sha256: String
  let state: DDPGState
  private let path: String

  /// What a request names; nil when it begins with nothing learned.
  ///
  /// - Throws: `EspalierError` for an agent that does not learn or a file that holds none, `FileError`
  ///   for one that cannot be read.
  static func find(_ request: SearchRequest) throws -> AgentTransfer? {
    if let named = request.agentFrom {
      guard request.agent == "ddpg" else {
        throw EspalierError.setting(
          name: "--agent-from", expected: "the agent ddpg, which learns",
          found: "'\(request.agent)'")
      }
      var isFolder: ObjCBool = false
      let isRun =
        FileManager.default.fileExists(atPath: named.path, isDirectory: &isFolder)
        && isFolder.boolValue
      return try AgentTransfer(isRun ? RunDirectory(named).agent : named)
    }
    guard request.resume, request.agent == "ddpg", let output = request.output else { return nil }
    let copy = RunDirectory(output).agentFrom
    return FileManager.default.fileExists(atPath: copy.path) ? try AgentTransfer(copy) : nil
  }

  private init(_ url: URL) throws {
    path = url.path
    bytes = try WholeFile.read(url)
    sha256 = SHA256.hex(bytes)
    state = try AgentFile.state(bytes, path: path)
  }

  /// Checks that the agent of a search can begin with it.
  ///
  /// - Throws: `EspalierError.definition` with the file and the first difference.
  func check(_ setup: SearchSetup) throws(EspalierError) {
    let environment = setup.environment(setup.problem)
    do {
      try state.checkFits(
        setup.definition.agent.resolved(steps: setup.problem.decisions.count),
        observationCount: environment.observationSpace.count, actionSpace: environment.actionSpace)
    } catch {
      throw .definition(file: path, reason: "\(error)")
    }
  }
}
