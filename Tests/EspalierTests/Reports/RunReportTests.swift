import CompressionPolicies
import Foundation
import Testing

@testable import Espalier

@Suite struct RunReportTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden/report.html")
  private static let isRecording =
    ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1"

  @Test func thePageOfARunIsTheGoldenOne() throws {
    let folder = try TemporaryFolder()
    let report = try RunReport([RunFixture.write("run", in: folder)])
    let page = report.page.replacingOccurrences(of: folder.url.path, with: "/folder")
    if Self.isRecording { try page.write(to: Self.golden, atomically: true, encoding: .utf8) }
    let golden = try String(contentsOf: Self.golden, encoding: .utf8)
    #expect(page == golden, "RECORD_GOLDENS=1 writes it anew")
  }

  @Test func thePageLoadsNothingAndHoldsNoScript() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.write("run", in: folder)
    let task = try RunFixture.writeTask("task", in: folder)
    for runs in [[run], [task], [run, task]] {
      let page = try RunReport(runs).page
      for word in [
        "<script", "http:", "https:", "@import", "url(", " src=", "NaN", " nan", "inf\"",
      ] {
        #expect(!page.contains(word), "\(word)")
      }
      #expect(page.contains("default-src 'none'"))
    }
  }

  @Test func figuresOfTestAndValidationImagesStandApart() throws {
    let folder = try TemporaryFolder()
    let page = try RunReport([RunFixture.write("run", in: folder)]).page
    let tables = page.components(separatedBy: "<table").dropFirst()
    let test = tables.filter { $0.contains("73.5 %") && $0.contains("88.25 %") }
    #expect(test.count == 1 && test.allSatisfy { !$0.contains("90.5 %") && !$0.contains("75 %") })
    #expect(page.contains("Top-1 on test images, which no part of the search saw"))
  }

  @Test func everyPlotHasATitleASummaryAxesAndATable() throws {
    let folder = try TemporaryFolder()
    let page = try RunReport([RunFixture.write("run", in: folder)]).page
    let figures = page.components(separatedBy: "<figure>").dropFirst()
    #expect(figures.count == 6)
    for figure in figures {
      for part in [
        "<h3>", "role=\"img\"", "<desc", "<figcaption>", "scope=\"col\"", "scope=\"row\"",
      ] {
        #expect(figure.contains(part), "\(part)")
      }
    }
    #expect(figures.contains { $0.contains(">multiply-accumulates, M MACs</text>") })
  }

  @Test func theNumbersAreThoseOfTheJournal() throws {
    let folder = try TemporaryFolder()
    let report = try RunReport([RunFixture.write("run", in: folder)])
    let files = try report.writeTables(to: folder("csv"))
    #expect(
      files.map(\.lastPathComponent) == [
        "rewards.csv", "accuracy-cost.csv", "channels.csv", "bits.csv", "sensitivity.csv",
        "time.csv",
      ])
    let rewards = try String(contentsOf: files[0], encoding: .utf8)
    #expect(
      rewards == """
        evaluation,ddpg reward,ddpg best so far,uniform reward,uniform best so far\r
        1,0.5,0.5,0.7,0.7\r
        2,0.25,0.5,,\r
        3,0.75,0.75,,\r
        4,0.8,0.75,,\r

        """)
    let drawings = try report.writeDrawings(to: folder("svg"))
    for file in drawings {
      #expect(XMLCheck(try String(contentsOf: file, encoding: .utf8)).isWellFormed)
    }
    #expect(drawings.count == files.count)
  }

  @Test func runsWithoutSomeFilesAreShownAsFarAsTheyGo() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.write("run", in: folder)
    for file in ["policy.json", "summary.json", "timings.jsonl", "sensitivity.json", "run.json"] {
      try FileManager.default.removeItem(at: run.appendingPathComponent(file))
      let report = try RunReport([run])
      #expect(report.page.contains("Reward against evaluations"))
    }
    // A later version's fields and a policy with fewer of them.
    try folder.write("run/policy.json", "{ \"new\": 1, \"compressed\": { \"macs\": 5 } }")
    try folder.write("run/environment.json", "{ \"name\": \"tiny\", \"kind\": \"later\" }")
    #expect(try RunReport([run]).notes.count == 1)
    #expect(throws: EspalierError.self) { try RunReport([folder("nowhere")]) }
    try folder.write("run/episodes.jsonl", "{\"episode\":0}\n")
    #expect(throws: EspalierError.self) { try RunReport([run]) }
  }

  @Test func tasksAreShownByTheirReturns() throws {
    let folder = try TemporaryFolder()
    let page = try RunReport([RunFixture.writeTask("task", in: folder)]).page
    #expect(page.contains("Return of each episode") && page.contains("-180.5"))
    #expect(page.contains("600 steps"))
  }

  @Test func severalRunsStandOnOnePage() throws {
    let folder = try TemporaryFolder()
    let runs = [
      try RunFixture.write("a/run", in: folder, seed: 1),
      try RunFixture.write("b/run", in: folder, seed: 2),
    ]
    let report = try RunReport(runs)
    #expect(report.page.contains("2 runs of tiny"))
    #expect(report.page.contains("run (2)"))
    #expect(report.page.contains("Agents over the runs: median and range"))
    #expect(report.page.contains("4/8, 4/6 bits"))
    #expect(report.rows.map(\.best) == [0.75, 0.75])
    #expect(report.json.arrayValue?.count == 2)
  }

  @Test func theFrontOfAJournalIsListedByCost() throws {
    let folder = try TemporaryFolder()
    let run = try RunFixture.write("run", in: folder)
    let front = try ParetoPolicies(run)
    #expect(front.quantity == "macs" && front.entries.map(\.episode) == [0, 2, 3])
    #expect(front.entries.map(\.meetsBudget) == [true, true, false])
    #expect(front.entries.map(\.validation) == [50, 75, 80])
    #expect(front.text(1_900_000) == "1.9 M MACs")
    #expect(try ParetoPolicies(run, quantity: "weightBytes").field == "weightBytes")
    #expect(throws: EspalierError.self) { try ParetoPolicies(run, quantity: "energy") }
    #expect(throws: EspalierError.self) {
      try ParetoPolicies(RunFixture.writeTask("task", in: folder))
    }
  }

  @Test func commandsAreQuotedForAShell() throws {
    let folder = try TemporaryFolder()
    let run = try RunRecord(RunFixture.write("it's a run", in: folder))
    #expect(
      Reproduction(run).command.contains("'\\''s a run/environment.json' --agent ddpg --seed 7"))
  }
}
