import Foundation
import Interchange
import Networks
import Testing

@testable import EspalierCommands

/// `espalier calibrate` as a user runs it.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason)) struct CalibrateProgramTests {
  private static let usual = [
    "--data", "glyphs:,limit=80", "--preprocessing", "imagenet", "--images", "40", "--batch", "8",
    "--iterations", "12",
  ]

  private func calibrate(
    _ bench: Bench, _ more: [String], output: String = "q.onnx"
  ) throws -> Program.Outcome {
    try Program.run(
      ["calibrate", "tiny.onnx"] + Self.usual + ["--output", output] + more, in: bench)
  }

  @Test func itWritesWholeNumbersAndSaysWhatCameOfIt() throws {
    let bench = try Bench()
    let outcome = try calibrate(bench, ["--bits", "3/8", "--json"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let (loss, nearest) = (object["loss"] as? Double, object["nearestLoss"] as? Double)
    #expect(try #require(loss) < #require(nearest))
    #expect(object["method"] as? String == "eptq" && object["images"] as? Int == 40)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.first?["weightBits"] as? Int == 8 && layers[1]["weightBits"] as? Int == 3)
    #expect(layers.allSatisfy { ($0["trace"] as? Double ?? 0) > 0 })
    let file = try ONNXFile.read(bench("q.onnx")).graph
    #expect(file.nodes.filter { $0.operatorType == "DequantizeLinear" }.count >= layers.count)
    let weights = file.initializers.filter {
      $0.value.elementType == .int8 && $0.value.shape.rank == 4
    }
    let inner = weights.filter { $0.value.shape[1] != 3 }
    #expect(
      !inner.isEmpty
        && inner.allSatisfy { array in
          array.value.integers?.allSatisfy { (-4...3).contains($0) } ?? false
        })
    // The last iteration is told, with the time left.
    #expect(outcome.complaints.contains { $0.hasPrefix("12/12  loss ") })
  }

  @Test func theSameSeedGivesTheSameFileAtAnyNumberOfThreads() throws {
    let bench = try Bench()
    for (name, options) in [
      ("a.onnx", ["--threads", "1"]), ("b.onnx", ["--threads", "3"]), ("c.onnx", ["--seed", "2"]),
    ] {
      let outcome = try calibrate(bench, ["--bits", "2/8", "--quiet"] + options, output: name)
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
    }
    let files = try ["a.onnx", "b.onnx", "c.onnx"].map { try Data(contentsOf: bench($0)) }
    #expect(files[0] == files[1] && files[0] != files[2])
  }

  @Test func bitsAreDecidedWithinABudgetAndWrittenAsAPolicy() throws {
    let bench = try Bench()
    let options = ["--budget", "weightBytes=0.45", "--write-policy", "bits.json", "--json"]
    let outcome = try calibrate(bench, options)
    #expect(outcome.code == 0, "\(outcome.error)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let decision = try #require(object["decision"] as? [String: Any])
    let budget = try #require((decision["budgets"] as? [[String: Any]])?.first)
    #expect(
      try #require(budget["cost"] as? Double) <= #require(budget["limit"] as? Double))
    let bits = try #require(object["layers"] as? [[String: Any]]).map { $0["weightBits"] as? Int }
    #expect(bits.first == 8 && bits.last == 8)
    // The policy says the same bits, and calibrating with it gives the same file.
    let again = try calibrate(bench, ["--policy", "bits.json", "--json"], output: "p.onnx")
    #expect(again.code == 0, "\(again.error)")
    #expect(
      try Data(contentsOf: bench("p.onnx")) == Data(contentsOf: bench("q.onnx")))
  }

  @Test func aBudgetBelowEverythingNamesTheSmallest() throws {
    let bench = try Bench()
    let outcome = try calibrate(bench, ["--budget", "weightBytes=0.01"])
    #expect(outcome.code == 1 && outcome.complaints.count == 1, "\(outcome.error)")
    #expect(outcome.error.contains("the smallest reachable is"), "\(outcome.error)")
    #expect(!FileManager.default.fileExists(atPath: bench("q.onnx").path))
  }

  @Test func whatIsWrongIsSaidInOneSentenceAndNothingIsWritten() throws {
    let bench = try Bench()
    for (options, part) in [
      (["--bits", "4/8", "--images", "5"], "8 images in a step and there are 5"),
      (["--bits", "4/8", "--images", "81"], "at most 80"),
      (["--bits", "4/8", "--output", "none/q.onnx"], "--output"),
      (["--policy", "missing.json"], "missing.json"),
    ] {
      let outcome = try calibrate(bench, options)
      #expect(outcome.code == 1 && outcome.complaints.count == 1, "\(outcome.error)")
      #expect(outcome.error.contains(part), "\(outcome.error)")
      #expect(!FileManager.default.fileExists(atPath: bench("q.onnx").path))
    }
  }

  @Test(arguments: [
    [], ["--bits", "9/8"], ["--bits", "4/8", "--policy", "p"], ["--policy", "p", "--all-layers"],
    ["--bits", "4/8", "--method", "guess"], ["--bits", "4/8", "--iterations", "0"],
    ["--bits", "4/8", "--regularization", "nan"], ["--bits", "4/8", "--budget", "weightBytes=0.5"],
    ["--bits", "4/8", "--write-policy", "p"],
    ["--budget", "weightBytes=0.5", "--candidates", "2,9"],
    ["--bits", "4/8", "--opset", "12"], ["--bits", "4/8", "--device", "bitfusion-e"],
  ])
  func wrongUsageDoesNotParse(_ options: [String]) {
    #expect(throws: (any Error).self) {
      try EspalierCommand.parseAsRoot(
        ["calibrate", "m", "--data", "d", "--output", "o"] + options)
    }
  }
}
