import Foundation

/// The command that repeats a run.
struct Reproduction {
  private let run: RunRecord

  init(_ run: RunRecord) { self.run = run }

  /// One line for a shell.
  ///
  /// A run's `environment.json` holds every field with the paths that were used. That of a task names a program
  /// relative to its definition, so there the task's own name stands.
  var command: String {
    let environment =
      run.isTask ? run.name : run.directory.environment.path
    var words = ["espalier", "search", environment]
    if !run.agent.isEmpty { words += ["--agent", run.agent] }
    if let seed = run.seed { words += ["--seed", "\(seed)"] }
    if run.description["agentFrom"] != nil {
      words += ["--agent-from", run.directory.agentFrom.path]
    }
    words += ["--output", "again"]
    return words.map(Self.quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "/._-=:,+@%"))
    guard word.isEmpty || word.unicodeScalars.contains(where: { !plain.contains($0) }) else {
      return word
    }
    return "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
