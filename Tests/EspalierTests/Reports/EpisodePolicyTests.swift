import CompressionPolicies
import Foundation
import Testing

@testable import Espalier

@Suite(.serialized) struct EpisodePolicyTests {
  private static let finished: Result<TinySearch, any Error> = Result {
    let tiny = try TinySearch()
    _ = try SearchRun.run(tiny.request("run"))
    return tiny
  }

  @Test func thePolicyOfTheBestEpisodeIsThatOfTheRun() throws {
    let tiny = try Self.finished.get()
    let best = try #require(try RunRecord(tiny.folder("run")).ownEpisodes?.bestEpisode)
    let made = try EpisodePolicy(episode: best, of: tiny.folder("run"), threads: 1)
    try made.write(to: tiny.folder("best.json"))
    #expect(try Data(contentsOf: tiny.folder("best.json")) == tiny.bytes("run", "policy.json"))
  }

  @Test func thePolicyOfAnyEpisodeAppliesAndCostsWhatTheJournalSays() throws {
    let tiny = try Self.finished.get()
    for (episode, line) in try tiny.lines("run").enumerated() {
      let noted = try CanonicalJSON.parse(String(line))
      let made = try EpisodePolicy(episode: episode, of: tiny.folder("run"), threads: 1)
      let file = tiny.folder("episode\(episode).json")
      try made.write(to: file)
      let applied = try PolicyApplication(
        policy: file, model: tiny.folder("tiny.onnx"), data: TinySearch.data, preprocessing: nil,
        threads: 1)
      #expect(applied.policy.compressed.macs.macs == noted["cost"]?["macs"]?.intValue)
      #expect(applied.policy.compressed.validation == noted["validation"]?.doubleValue)
    }
  }

  @Test func whatTheJournalDoesNotHoldIsRefused() throws {
    let tiny = try Self.finished.get()
    #expect(throws: EspalierError.self) {
      try EpisodePolicy(episode: 5, of: tiny.folder("run"), threads: 1)
    }
    try TinySearch.network(seed: 9, to: tiny.folder("other.onnx"))
    #expect(throws: EspalierError.self) {
      try EpisodePolicy(
        episode: 0, of: tiny.folder("run"), model: tiny.folder("other.onnx"), threads: 1)
    }
  }

  @Test func thePageOfASearchPricesEveryLayer() throws {
    let tiny = try Self.finished.get()
    let report = try RunReport([tiny.folder("run")])
    #expect(report.notes.isEmpty)
    let files = try report.writeTables(to: tiny.folder("csv"))
    let macs = try String(
      contentsOf: tiny.folder("csv/cost-macs.csv"), encoding: .utf8
    ).split(separator: "\r\n").dropFirst().map { $0.split(separator: ",") }
    #expect(files.contains { $0.lastPathComponent == "cost-weightBytes.csv" })
    let policy = try CompressionPolicy(file: try tiny.bytes("run", "policy.json"))
    #expect(macs.compactMap { Int($0[1]) }.reduce(0, +) == policy.original.macs.macs)
    #expect(macs.compactMap { Int($0[2]) }.reduce(0, +) == policy.compressed.macs.macs)
  }
}
