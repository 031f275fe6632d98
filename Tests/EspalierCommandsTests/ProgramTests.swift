import CompressionPolicies
import Espalier
import Foundation
import Interchange
import Networks
import Tensors
import Testing

@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct ProgramTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: bench)
  }

  // MARK: - What succeeds

  @Test func helpAndVersionGoToStandardOutput() throws {
    for arguments in [["--help"], ["search", "--help"], ["help", "apply"]] {
      let outcome = try Program.run(arguments, in: bench)
      #expect(outcome.code == 0 && outcome.error.isEmpty)
      #expect(outcome.output.contains("USAGE: espalier"))
    }
    #expect(try run("--version").output == "\(EspalierVersion.current)\n")
  }

  @Test func aSearchPrintsOneJSONObjectAndNothingElse() throws {
    let outcome = try run("search", "./tiny", "--json", "--quiet", "--threads", "1")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    #expect(outcome.output.split(separator: "\n").count == 1)
    let json = try CanonicalJSON.parse(outcome.output)
    let policy = try json.string(at: "policy")
    #expect(try json.string(at: "run").hasSuffix("runs/tiny-ddpg-1"))
    #expect(policy == (try json.string(at: "run")) + "/policy.json")
    _ = try CompressionPolicy(file: Data(contentsOf: URL(fileURLWithPath: policy)))
    #expect(try json.int(at: "episodes") == 3)
  }

  @Test func aRunWithoutAFolderIsNamedForItsEnvironmentAndNeverTwiceTheSame() throws {
    for (place, name) in [
      ("./tiny", "tiny-uniform-1"), ("tiny/environment.json", "tiny-uniform-1-2"),
    ] {
      let outcome = try run("search", place, "--agent", "uniform", "--json", "--quiet")
      let folder = try CanonicalJSON.parse(outcome.output).string(at: "run")
      #expect(folder.hasSuffix("/runs/\(name)"))
      #expect(FileManager.default.fileExists(atPath: folder + "/policy.json"))
    }
  }

  @Test func progressGoesToStandardError() throws {
    let outcome = try run("search", "./tiny", "--output", "run", "--agent", "random")
    #expect(outcome.code == 0)
    #expect(outcome.error.contains("random  3/3"))
    #expect(outcome.output.contains("stage1.block1.conv2") && !outcome.output.contains("3/3"))
  }

  @Test func applyEvaluateAndRunWorkOnWhatASearchWrote() throws {
    #expect(try run("search", "./tiny", "--output", "run", "--quiet").code == 0)
    let applied = try run(
      "apply", "run/policy.json", "--model", "tiny.onnx", "--data", "glyphs:,limit=60",
      "--preprocessing", "imagenet", "--output", "small.onnx", "--json")
    #expect(applied.code == 0 && applied.error.isEmpty)
    let json = try CanonicalJSON.parse(applied.output)
    #expect(try json.string(at: "model").hasPrefix("/") && json.bool(at: "reconstructed"))
    #expect(
      try Data(contentsOf: bench("small.onnx")) == Data(contentsOf: bench("run/compressed.onnx")))
    let bare = try run(
      "apply", "run/policy.json", "--model", "tiny.onnx", "--output", "bare.onnx")
    #expect(bare.code == 0 && bare.output.contains("the weights were not reconstructed"))
    let measured = try run(
      "evaluate", "small.onnx", "--data", "glyphs:,limit=40", "--preprocessing", "imagenet",
      "--batch", "10", "--json")
    let figures = try CanonicalJSON.parse(measured.output)
    #expect(try figures.int(at: "images") == 40 && figures.double(at: "top5") <= 100)
    #expect(try figures.double(at: "imagesPerSecond") > 0)
    try NumPyFile.write(
      TypedArray(Tensor(shape: [2, 3, 32, 32], repeating: 0.5)), to: bench("x.npy"))
    let outputs = try run(
      "run", "small.onnx", "--input", "input=x.npy", "--output", "out", "--json")
    #expect(outputs.code == 0)
    #expect(try NumPyFile.read(bench("out/output.npy")).shape == [2, 10])
  }

  @Test func checkShowsTheGroupsAndTheRules() throws {
    let outcome = try run("check", "./tiny")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    #expect(outcome.output.contains("holds  an episode ends") && !outcome.output.contains("FAILS"))
    let json = try CanonicalJSON.parse(try run("check", "./tiny", "--json").output)
    #expect(try json.elements(at: "decisions").count == 3)
  }

  @Test func theListOfEnvironmentsHoldsOnesOwn() throws {
    let outcome = try run("environments", "--environments", ".", "--json")
    let names = try CanonicalJSON.parse(outcome.output).elements(at: "environments")
      .map { try $0.string(at: "name") }
    #expect(outcome.code == 0 && names.contains("tiny"))
  }

  @Test func anInterruptedSearchIsSavedAndGoesOnToTheSameResult() throws {
    let arguments = ["search", "./tiny", "--episodes", "300", "--threads", "1", "--output"]
    let journal = bench("cut/episodes.jsonl")
    let stopped = try Program.run(arguments + ["cut"], in: bench) { process in
      for _ in 0..<2000 where ((try? Data(contentsOf: journal)) ?? Data()).count < 400 {
        Thread.sleep(forTimeInterval: 0.01)
      }
      if process.isRunning { kill(process.processIdentifier, SIGINT) }
    }
    #expect(stopped.code == 130)
    #expect(stopped.complaints.last?.contains("goes on with --resume") == true)
    let refused = try Program.run(arguments + ["cut"], in: bench)
    #expect(refused.code == 1 && refused.complaints.count == 1)
    #expect(try Program.run(arguments + ["cut", "--resume"], in: bench).code == 0)
    #expect(try Program.run(arguments + ["whole"], in: bench).code == 0)
    for file in ["episodes.jsonl", "policy.json", "compressed.onnx"] {
      #expect(
        try Data(contentsOf: bench("cut/\(file)")) == Data(contentsOf: bench("whole/\(file)")))
    }
  }

  // MARK: - What fails

  @Test(arguments: [
    ["search", "./tiny", "--seed", "many"], ["search"], ["nonsense"], ["search", "a", "--oops"],
    ["search", "./tiny", "--episodes", "0"], ["apply", "p.json"],
    ["evaluate", "tiny.onnx", "--data", "glyphs:,limit=5", "--mean", "x", "--std", "1"],
  ])
  func wrongUsageEndsWithTwo(_ arguments: [String]) throws {
    let outcome = try Program.run(arguments, in: bench)
    #expect(outcome.code == 2)
    #expect(outcome.output.isEmpty && outcome.error.hasPrefix("espalier: "))
    #expect(outcome.error.split(separator: "\n").count == 1)
    #expect(outcome.error.contains("; see espalier"))
  }

  /// Expects the exit code 1 and one line on standard error that holds some words.
  private func expectFailure(
    _ arguments: [String], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.run(arguments, in: bench)
    #expect(outcome.code == 1, "\(arguments)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "\(outcome.output)", sourceLocation: sourceLocation)
    #expect(outcome.complaints.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
    #expect(outcome.error.hasPrefix("espalier: "), sourceLocation: sourceLocation)
    #expect(outcome.error.contains(words), "\(outcome.error)", sourceLocation: sourceLocation)
  }

  @Test func aMissingFileIsNamed() throws {
    try expectFailure(["evaluate", "no.onnx", "--data", "glyphs:,limit=5"], "there is no file ")
    try expectFailure(["run", "no.onnx", "--output", "o"], "no.onnx")
    try expectFailure(["run", "tiny.onnx", "--input", "input=no.npy", "--output", "o"], "no.npy")
    try expectFailure(["search", "./none"], "none")
    try expectFailure(["search", "./tiny", "--model", "no.onnx"], "no.onnx")
    try expectFailure(["search", "./tiny", "--data", "cifar10:nowhere"], "nowhere")
    try expectFailure(
      ["apply", "no.json", "--model", "tiny.onnx", "--output", "o.onnx"], "no.json")
  }

  @Test func aTruncatedModelIsNamed() throws {
    let whole = try Data(contentsOf: bench("tiny.onnx"))
    try whole.prefix(whole.count / 2).write(to: bench("torn.onnx"))
    try expectFailure(
      ["evaluate", "torn.onnx", "--data", "glyphs:,limit=5"],
      "torn.onnx: not an ONNX model, or a truncated or damaged one")
  }

  @Test func anUnknownOperatorIsNamedWithItsNode() throws {
    var graph = try ONNXFile.read(bench("tiny.onnx")).graph
    graph.nodes[2].operatorType = "Mystery"
    try ONNXFile.write(graph, to: bench("odd.onnx"))
    try expectFailure(
      ["evaluate", "odd.onnx", "--data", "glyphs:,limit=5"],
      "odd.onnx: node 'stem.relu': the operator Mystery is not supported")
  }

  @Test func dataOfAnotherShapeAreRefused() throws {
    let folder = bench("set")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try NumPyFile.write(
      TypedArray(Tensor(shape: [4, 3, 16, 20])), to: folder.appendingPathComponent("images.npy"))
    try NumPyFile.write(
      TypedArray([0, 1, 2, 3]), to: folder.appendingPathComponent("labels.npy"))
    try expectFailure(
      ["evaluate", "tiny.onnx", "--data", "npy:set"],
      "the data do not fit the network: expected images of 3×32×32, found 'npy:set")
    try expectFailure(
      [
        "search", "./tiny", "--data", "npy:set", "--set", "validationImages=2", "--set",
        "calibrationImages=2",
      ], "expected images of 3×32×32")
    try expectFailure(["evaluate", "tiny.onnx", "--data", "cifar11:x"], "cifar10")
    try NumPyFile.write(
      TypedArray(Tensor(shape: [2, 3, 30, 32])), to: bench("small.npy"))
    try expectFailure(
      ["run", "tiny.onnx", "--input", "input=small.npy", "--output", "o"], "input")
    try expectFailure(
      ["run", "tiny.onnx", "--input", "picture=small.npy", "--output", "o"], "picture")
  }

  @Test func dataLargerThanTheNetworksInputAreRefused() throws {
    let folder = bench("large")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try NumPyFile.write(
      TypedArray(Tensor(shape: [8, 3, 40, 40])), to: folder.appendingPathComponent("images.npy"))
    try NumPyFile.write(
      TypedArray([0, 1, 2, 3, 0, 1, 2, 3]), to: folder.appendingPathComponent("labels.npy"))
    try expectFailure(
      [
        "search", "./tiny", "--data", "npy:large", "--set", "validationImages=2", "--set",
        "calibrationImages=2",
      ], "expected images of 3×32×32, found 'npy:large")
  }

  @Test(arguments: [
    ["--budget", "macs=1e30"], ["--batch", "9223372036854775807"],
    ["--set", "validationImages=9223372036854775807"],
    ["--set", "agent.criticActionHistory=9223372036854775807"],
    ["--set", "agent.batchSize=1000000000"], ["--set", "agent.hiddenLayers=[100000,1000000]"],
  ])
  func numbersBeyondReasonDoNotTrap(_ options: [String]) throws {
    let outcome = try Program.run(
      ["search", "./tiny", "--quiet", "--threads", "1"] + options, in: bench)
    #expect(outcome.code == 0 || outcome.code == 1)
    #expect(outcome.error.split(separator: "\n").count == (outcome.code == 0 ? 0 : 1))
  }

  @Test func anUnreachableBudgetNamesTheSmallest() throws {
    try expectFailure(
      ["search", "./tiny", "--budget", "macs=0.01", "--output", "o"],
      "cannot be reached: the smallest reachable is ")
    #expect(!FileManager.default.fileExists(atPath: bench("o").path))
    try expectFailure(["search", "./tiny", "--budget", "macs=lots"], "budget 'macs=lots'")
    try expectFailure(["search", "./tiny", "--agent", "sage"], "there is no agent 'sage'")
  }

  @Test func aPolicyForAnotherModelIsRefused() throws {
    #expect(
      try run("search", "./tiny", "--output", "r", "--agent", "uniform", "--quiet").code == 0)
    try bench.network(seed: 2, to: "other.onnx")
    try expectFailure(
      ["apply", "r/policy.json", "--model", "other.onnx", "--output", "o.onnx"],
      "the policy is for another model")
    #expect(!FileManager.default.fileExists(atPath: bench("o.onnx").path))
  }

  @Test func anUnknownEnvironmentGetsASuggestion() throws {
    try expectFailure(
      ["search", "tinny", "--environments", "."],
      "there is no environment 'tinny'; did you mean 'tiny'?")
    try expectFailure(["search", "./tiny", "--set", "episods=3"], "episods is not a known field")
  }

  @Test func anOutputFolderThatCannotBeWrittenIsNamed() throws {
    try bench.write("file", "")
    try expectFailure(
      ["search", "./tiny", "--output", "file/below"],
      "--output: expected a folder that can be written")
    try NumPyFile.write(
      TypedArray(Tensor(shape: [1, 3, 32, 32])), to: bench("x.npy"))
    try expectFailure(
      ["run", "tiny.onnx", "--input", "input=x.npy", "--output", "file"],
      "--output: expected a folder that can be written")
    #expect(
      try run("search", "./tiny", "--output", "r", "--agent", "uniform", "--quiet").code == 0)
    try expectFailure(
      ["apply", "r/policy.json", "--model", "tiny.onnx", "--output", "none/o.onnx"],
      "there is no folder")
  }
}
