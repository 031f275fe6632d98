import CompressionPolicies
import Foundation
import Testing

/// Several searches from one command.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct SweepProgramTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func bytes(_ file: String) throws -> Data { try Data(contentsOf: bench(file)) }

  @Test func aSweepIsItsSearches() throws {
    let arguments = [
      "search", "./tiny", "--seeds", "1-2", "--budget", "macs=0.6,0.7", "--threads", "1",
    ]
    let swept = try Program.run(
      arguments + ["--jobs", "2", "--output", "sweep", "--json"], in: bench)
    #expect(swept.code == 0, "\(swept.error)")
    let runs = try CanonicalJSON.parse(swept.output).elements(at: "runs")
    let names = ["macs-0.6-seed-1", "macs-0.6-seed-2", "macs-0.7-seed-1", "macs-0.7-seed-2"]
    #expect(try runs.map { try $0.string(at: "name") } == names)
    for run in runs {
      #expect(try run.int(at: "code") == 0)
      #expect(try run.child(at: "result").child(at: "best").double(at: "reward") >= 0)
    }
    #expect(swept.complaints.count == 8)
    let one = try Program.run(
      [
        "search", "./tiny", "--seed", "2", "--budget", "macs=0.7", "--output", "one", "--quiet",
        "--threads", "1",
      ], in: bench)
    #expect(one.code == 0)
    for file in ["policy.json", "episodes.jsonl", "agent.json"] {
      #expect(try bytes("one/\(file)") == bytes("sweep/macs-0.7-seed-2/\(file)"))
    }
    // There already, and gone on with.
    let refused = try Program.run(arguments + ["--output", "sweep"], in: bench)
    #expect(refused.code == 1 && refused.error.contains("already holds episodes"))
    try FileManager.default.removeItem(at: bench("sweep/macs-0.6-seed-2"))
    let again = try Program.run(
      arguments + ["--output", "sweep", "--resume", "--quiet"], in: bench)
    #expect(again.code == 0 && again.error.isEmpty, "\(again.error)")
    for name in names { #expect(again.output.contains(name)) }
    #expect(again.output.components(separatedBy: "done").count == 5)
    #expect(try !bytes("sweep/macs-0.6-seed-2/policy.json").isEmpty)
  }

  @Test func oneThatFailsEndsNoOther() throws {
    let swept = try Program.run(
      [
        "search", "./tiny", "--budget", "macs=0.01,0.6", "--output", "sweep", "--threads", "1",
        "--json", "--quiet",
      ], in: bench)
    #expect(swept.code == 1)
    #expect(
      swept.complaints.count == 1
        && swept.error.contains("1 of 2 searches are not done (macs-0.01)"), "\(swept.error)")
    let runs = try CanonicalJSON.parse(swept.output).elements(at: "runs")
    #expect(try runs[0].string(at: "error").contains("cannot be reached"))
    #expect(try runs[0].int(at: "code") == 1 && runs[1].int(at: "code") == 0)
    #expect(try !bytes("sweep/macs-0.6/policy.json").isEmpty)
  }

  @Test func anInterruptedSweepGoesOn() throws {
    let arguments = [
      "search", "./tiny", "--seed", "1,2", "--episodes", "300", "--threads", "1", "--jobs", "2",
      "--quiet", "--output",
    ]
    let stopped = try Program.run(arguments + ["cut"], in: bench) { process in
      let journal = bench("cut/seed-2/episodes.jsonl")
      for _ in 0..<3000 where ((try? Data(contentsOf: journal)) ?? Data()).count < 400 {
        Thread.sleep(forTimeInterval: 0.01)
      }
      kill(process.processIdentifier, SIGINT)
    }
    #expect(stopped.code == 130, "\(stopped.error)")
    #expect(stopped.error.contains("goes on with --resume"))
    #expect(try Program.run(arguments + ["cut", "--resume"], in: bench).code == 0)
    #expect(try Program.run(arguments + ["whole"], in: bench).code == 0)
    for seed in 1...2 {
      for file in ["policy.json", "episodes.jsonl"] {
        #expect(try bytes("cut/seed-\(seed)/\(file)") == bytes("whole/seed-\(seed)/\(file)"))
      }
    }
  }
}
