import Foundation
import Interchange
import Networks
import Tensors
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
    #expect(try #require(loss).isFinite && #require(nearest) > 0)
    #expect(object["method"] as? String == "eptq" && object["images"] as? Int == 40)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(layers.first?["weightBits"] as? Int == 8 && layers[1]["weightBits"] as? Int == 3)
    #expect(layers.allSatisfy { ($0["trace"] as? Double ?? 0) > 0 })
    let file = try ONNXFile.read(bench("q.onnx")).graph
    #expect(file.nodes.contains { $0.operatorType == "QuantizeLinear" })
    // What is read are floats on the levels: at most eight in each channel but of the first layer.
    let weights = file.nodes.filter { $0.operatorType == "Conv" }.compactMap {
      file.initializers[$0.inputs[1]]?.tensor
    }
    #expect(weights.count > 5)
    for weight in weights where weight.shape[1] != 3 {
      let run = weight.count / weight.shape[0]
      for channel in 0..<weight.shape[0] {
        let levels = Set(weight.scalars[channel * run..<(channel + 1) * run])
        #expect(levels.count <= 8)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: bench("q.onnx.calibration").path))
    // Twelve iterations for each layer come before the twelve of all.
    let total = 12 + 12 * layers.count
    // The last iteration is told, with the time left.
    #expect(outcome.complaints.contains { $0.hasPrefix("\(total)/\(total)  loss ") })
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

  @Test("A stopped and a killed calibration go on to the same file; others are refused by name")
  func goesOn() throws {
    let bench = try Bench()
    let more = [
      "--bits", "2/8", "--iterations", "400", "--checkpoint-every", "10", "--threads", "1",
    ]
    let saved = bench("q.onnx.calibration")
    func stop(_ signal: Int32) throws -> Program.Outcome {
      try? FileManager.default.removeItem(at: saved)
      return try Program.run(
        ["calibrate", "tiny.onnx"] + Self.usual + ["--output", "q.onnx"] + more, in: bench
      ) { process in
        for _ in 0..<6000 where process.isRunning {
          // Until the whole network is at hand.
          let text = (try? String(contentsOf: saved, encoding: .utf8)) ?? ""
          if text.contains("\"rounding\"") { break }
          Thread.sleep(forTimeInterval: 0.01)
        }
        if process.isRunning { kill(process.processIdentifier, signal) }
      }
    }
    #expect(try calibrate(bench, more, output: "whole.onnx").code == 0)
    let whole = try Data(contentsOf: bench("whole.onnx"))
    for signal in [SIGINT, SIGKILL] {
      let stopped = try stop(signal)
      #expect(stopped.code == (signal == SIGINT ? 130 : -SIGKILL))
      #expect(!FileManager.default.fileExists(atPath: bench("q.onnx").path))
      #expect(FileManager.default.fileExists(atPath: saved.path))
      if signal == SIGINT {
        #expect(stopped.complaints.last?.contains("the same command goes on") == true)
        let other = try calibrate(bench, more + ["--seed", "2"])
        #expect(other.code == 1 && other.error.contains("its seed is '1', not '2'"))
        try bench.network(seed: 7, to: "tiny.onnx")
        let model = try calibrate(bench, more)
        #expect(model.code == 1 && model.error.contains("its model is"))
        try bench.network(seed: 1, to: "tiny.onnx")
      }
      #expect(try calibrate(bench, more).code == 0)
      #expect(try Data(contentsOf: bench("q.onnx")) == whole)
      #expect(!FileManager.default.fileExists(atPath: saved.path))
      try FileManager.default.removeItem(at: bench("q.onnx"))
    }
  }

  @Test("Numbers that are none are named with their layer, and bits that no file holds")
  func refused() throws {
    let bench = try Bench()
    var graph = try ONNXFile.read(bench("tiny.onnx")).graph
    let layer = try #require(graph.nodes.filter { $0.operatorType == "Conv" }.dropFirst().first)
    let name = layer.inputs[1]
    let weights = try #require(graph.initializers[name]?.tensor)
    graph.initializers[name] = TypedArray(
      Tensor(shape: weights.shape) { $0 == 0 ? .infinity : weights.scalars[$0] })
    try ONNXFile.write(graph, to: bench("tiny.onnx"))
    let broken = try calibrate(bench, ["--bits", "4/8"])
    #expect(broken.code == 1 && broken.complaints.count == 1, "\(broken.error)")
    #expect(broken.error.contains("'\(layer.name)' writes no finite numbers"), "\(broken.error)")
    try bench.network(seed: 1, to: "tiny.onnx")
    let binary = try calibrate(bench, ["--bits", "4/1", "--all-layers"])
    #expect(binary.code == 1 && binary.error.contains("2 bits or more"), "\(binary.error)")
    let setting = try calibrate(bench, ["--bits", "4/8", "--set", "dorp=1"])
    #expect(setting.code == 1 && setting.error.contains("expected one of"), "\(setting.error)")
    #expect(!FileManager.default.fileExists(atPath: bench("q.onnx").path))
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
