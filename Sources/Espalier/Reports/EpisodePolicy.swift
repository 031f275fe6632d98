public import CompressionPolicies
import CompressionEnvironments
public import Foundation
import Interchange

/// The policy of any episode of a run, made again from what the journal says was carried out.
///
/// The same code makes it that makes a run's `policy.json`; of the run's best episode it is that file, byte for
/// byte, where nothing was fine-tuned. Model and data have to be at hand: channels are chosen and both networks
/// measured as the search did.
public struct EpisodePolicy {
  /// The policy.
  public let policy: CompressionPolicy

  /// Makes the policy of an episode.
  ///
  /// - Parameters:
  ///   - episode: its number, from 0.
  ///   - folder: the run directory.
  ///   - model: the original network; nil takes where the search found it.
  ///   - data: the data of the search; nil takes where it found them.
  ///   - deviceFolders: folders with devices of one's own.
  ///   - threads: threads; nil takes one per processor.
  /// - Throws: `EspalierError.setting` for an episode that the journal does not hold and for runs in stages,
  ///   `otherModel` for another network, `otherRun` when the journal tells of another cost.
  public init(
    episode: Int, of folder: URL, model: URL? = nil, data: String? = nil,
    deviceFolders: [URL] = [], threads: Int? = nil
  ) throws {
    let run = try RunRecord(folder)
    guard !run.isTask else {
      throw EspalierError.setting(
        name: "--policy", expected: "a run that searched channels or bits",
        found: "a task that was learned")
    }
    let lines = try SearchJournal(run.directory.episodes()).lines()
    guard run.stages == nil, run.environment["stages"] == nil else {
      throw EspalierError.setting(
        name: "--policy", expected: "a run that searched channels or bits",
        found: "one that searched densities in stages")
    }
    guard lines.indices.contains(episode), lines[episode].episode == episode else {
      throw EspalierError.setting(
        name: "--policy", expected: "an episode from 0 to \(max(0, lines.count - 1))",
        found: "\(episode)")
    }
    let line = lines[episode]
    var request = SearchRequest(environment: run.directory.environment.path)
    (request.model, request.data) = (model, data)
    (request.deviceFolders, request.threads) = (deviceFolders, threads)
    (request.agent, request.seed) = (run.agent, run.seed ?? 1)
    let setup = try SearchSetup(request)
    if let expected = run.description["model"]?["sha256"]?.stringValue,
      expected != setup.model.sha256
    {
      throw EspalierError.otherModel(expected: expected, found: setup.model.sha256)
    }
    guard line.choices.count == setup.problem.decisions.count else {
      throw EspalierError.otherRun(
        folder: run.directory.folder.path,
        reason: "episode \(episode) holds \(line.choices.count) decisions where the network has "
          + "\(setup.problem.decisions.count)")
    }
    setup.problem.remember(line.choices, accuracy: line.accuracy)
    let candidate = try setup.problem.evaluate(line.choices)
    let noted = try CanonicalJSON.parse(line.text)["cost"]
    guard noted == candidate.cost.json else {
      throw EspalierError.otherRun(
        folder: run.directory.folder.path,
        reason: "episode \(episode) cost something else when it was measured")
    }
    let made = try setup.compress(
      candidate,
      search: CompressionPolicy.Search(
        agent: run.agent, seed: request.seed, episodes: lines.count, reward: line.reward),
      top1: { try setup.test?.evaluate($0) }, fineTuned: nil)
    policy = made.policy
  }

  /// Writes the policy's file.
  ///
  /// - Throws: `PolicyError`, `FileError`.
  public func write(to file: URL) throws {
    try AtomicFile.write(Data(policy.fileText().utf8), to: file)
  }
}
