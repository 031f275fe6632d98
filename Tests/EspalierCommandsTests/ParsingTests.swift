import ArgumentParser
import Testing

@testable import EspalierCommands

@Suite struct ParsingTests {
  @Test func aSearchTakesItsOptions() throws {
    let parsed = try SearchCommand.parse([
      "resnet", "--model", "m.onnx", "--data", "cifar10:/d,limit=3", "--agent", "greedy",
      "--episodes", "7", "--budget", "macs=0.3", "--seed", "5", "--set", "a.b=1", "--set",
      "c=2", "--batch", "9", "--output", "out", "--resume", "--threads", "2", "--json",
    ])
    let (command, request) = (parsed.options, parsed.options.request(threads: 2))
    #expect(command.environment == "resnet" && command.model == "m.onnx")
    #expect(command.data == "cifar10:/d,limit=3" && command.agent == "greedy")
    #expect(command.episodes == 7 && command.budget == ["macs=0.3"])
    #expect(request.seed == 5 && request.threads == 2 && request.checkpointEpisodes == 10)
    #expect(command.set == ["a.b=1", "c=2"] && command.batch == 9 && command.resume)
    #expect(parsed.compute.threads == 2 && parsed.compute.json && !parsed.compute.quiet)
    #expect(!command.isSweep)
  }

  @Test func aReportTakesItsOptions() throws {
    let command = try ReportCommand.parse([
      "a", "b", "--output", "o.html", "--svg", "s", "--csv", "c", "--model", "m.onnx", "--json",
    ])
    #expect(command.runs == ["a", "b"] && command.output == "o.html" && command.compute.json)
    #expect(command.svg == "s" && command.csv == "c" && command.model == "m.onnx")
    let policy = try ReportCommand.parse(["a", "--policy", "3", "--output", "p.json"])
    #expect(policy.policy == 3 && !policy.pareto)
  }

  @Test func aSearchHasDefaults() throws {
    let parsed = try SearchCommand.parse(["e"])
    let command = parsed.options
    #expect(command.agent == "ddpg" && command.episodes == nil && command.jobs == 1)
    #expect(command.request(threads: nil).seed == 1 && !command.isSweep)
    #expect(command.output == nil && !command.resume && parsed.compute.threads == nil)
  }

  @Test(arguments: [
    ("3", [3]), ("1,2,5", [1, 2, 5]), ("1-3", [1, 2, 3]), ("1..3", [1, 2, 3]),
    ("1...3", [1, 2, 3]), ("7,1-2", [7, 1, 2]), ("0-0", [0]),
  ])
  func seedsAreListsAndRanges(_ text: String, _ seeds: [Int]) {
    #expect(SeedList(argument: text)?.seeds == seeds)
  }

  @Test(arguments: ["", "x", "-1", "3-1", "1-", "1,,2", "0-9223372036854775807", "1-2-3", "1.5"])
  func whatIsNoSeedIsRefused(_ text: String) { #expect(SeedList(argument: text) == nil) }

  @Test func aSweepGivesEachSearchItsOwnOptions() throws {
    let parsed = try SearchCommand.parse([
      "e", "--seeds", "1-2", "--budget", "macs=0.3,0.5", "--budget", "weightBytes=0.9", "--set",
      "a=1", "--jobs", "2", "--output", "out", "--resume", "--quiet",
    ])
    #expect(parsed.options.isSweep)
    let plan = try parsed.options.plan()
    #expect(
      plan.entries.map(\.name) == [
        "macs-0.3-seed-1", "macs-0.3-seed-2", "macs-0.5-seed-1", "macs-0.5-seed-2",
      ])
    let arguments = parsed.options.arguments(for: plan.entries[2], output: "/r/x".fileURL)
    let child = try SearchCommand.parse(
      Array((arguments + parsed.compute.arguments(jobs: 2)).dropFirst()))
    #expect(!child.options.isSweep && child.options.request(threads: nil).seed == 1)
    #expect(child.options.budget == ["macs=0.5", "weightBytes=0.9"])
    #expect(child.options.set == ["a=1"] && child.options.output == "/r/x")
    #expect(child.options.resume && child.compute.json && child.compute.quiet)
  }

  @Test(arguments: [
    ["search"], ["search", "e", "--seed", "x"], ["search", "e", "--seed", "-1"],
    ["search", "e", "--episodes", "0"], ["search", "e", "--episodes", "1.5"],
    ["search", "e", "--batch", "0"], ["search", "e", "--resume"],
    ["search", "e", "--threads", "0"], ["search", "e", "--jobs", "2"],
    ["search", "e", "--seed", "1,1"], ["search", "e", "--budget", "macs=0.5,"],
    ["search", "e", "--seed", "1-3", "--jobs", "0"], ["search", "e", "--checkpoint-every", "-1"],
    ["search", "e", "--unknown"], ["search", "e", "f"], ["apply", "p"],
    ["apply", "p", "--model", "m"], ["run", "m"], ["run", "m", "--output", "o", "--input", "x"],
    ["evaluate", "m"], ["evaluate", "m", "--data", "d", "--batch", "-3"],
    ["evaluate", "m", "--data", "d", "--mean", "0.5"],
    ["evaluate", "m", "--data", "d", "--mean", "1", "--std", "1", "--preprocessing", "raw"],
    ["report"], ["report", "a", "b", "--pareto"], ["report", "a", "--policy", "3"],
    ["report", "a", "--policy", "-1", "--output", "o"], ["report", "a", "--cost", "macs"],
    ["report", "a", "--pareto", "--output", "o"],
    ["report", "a", "--policy", "1", "--output", "o", "--svg", "d"],
    ["check"], ["environments", "more"], ["nonsense"], ["--nonsense"],
  ])
  func wrongUsageDoesNotParse(_ arguments: [String]) {
    do {
      _ = try EspalierCommand.parseAsRoot(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      #expect(EspalierCommand.exitCode(for: error) == .validationFailure)
      #expect(EspalierCommand.fullMessage(for: error).contains("Error: "))
    }
  }

  @Test(arguments: [
    ["--mean", "0.5,0.4,0.3", "--std", "1,2,3"], ["--preprocessing", "signed-unit"], [],
  ])
  func pixelsAreSaidInOneWayOrTheOther(_ options: [String]) throws {
    let command = try EvaluateCommand.parse(["m", "--data", "d"] + options)
    let resolved = try command.pixels.resolved()
    #expect((resolved == nil) == options.isEmpty)
    if options.count == 4 {
      #expect(resolved?.mean == [0.5, 0.4, 0.3] && resolved?.std == [1, 2, 3])
    }
  }

  @Test func aNumberThatIsNoneIsWrongUsage() throws {
    #expect(throws: (any Error).self) {
      try EvaluateCommand.parse(["m", "--data", "d", "--mean", "a", "--std", "1"])
    }
  }
}
