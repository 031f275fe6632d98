import CompressionPolicies
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// `--agent-from` with the built program.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct TransferProgramTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  /// The environment that travels along, with fewer images and episodes.
  @Test func whatGlyphsTaughtServesAnotherBudgetAndADeeperNetwork() throws {
    let shared =
      ["search", "glyphs-amc", "--data", "glyphs:,limit=80", "--episodes", "8", "--quiet"]
      + [
        "baselines=[]", "validationImages=40", "screeningImages=20", "calibrationImages=24",
        "agent.warmupEpisodes=3", "agent.transferWarmupEpisodes=2",
      ].flatMap { ["--set", $0] }
    func search(_ output: String, _ options: String...) throws -> Program.Outcome {
      try Program.run(shared + ["--output", output, "--threads", "1"] + options, in: bench)
    }
    #expect(try search("half", "--budget", "macs=0.5").code == 0)
    let narrow = ["--budget", "macs=0.4", "--agent-from", "half"]
    #expect(try search("narrow", narrow[0], narrow[1], narrow[2], narrow[3]).code == 0)
    let policy = try CompressionPolicy(file: Data(contentsOf: bench("narrow/policy.json")))
    #expect(Double(policy.compressed.macs.macs) <= 0.4 * Double(policy.original.macs.macs))

    // resnet14 has nine widths for the six of the network at hand.
    var generator = SeededGenerator(seed: 3)
    try ONNXFile.write(
      try ModelBuilder.named("resnet14").graph(
        ModelParameters(widthMultiplier: 0.5), using: &generator), to: bench("deep.onnx"))
    let refused = try search("deep", "--model", "deep.onnx", "--agent-from", "half")
    #expect(refused.code == 1 && refused.complaints.count == 1)
    #expect(refused.error.contains("half/agent.json: the saved agent does not fit: stepInputs"))
    let free = ["--set", "agent.stepInputs=0", "--set", "agent.criticActionHistory=0"]
    #expect(try search("free", free[0], free[1], free[2], free[3]).code == 0)
    #expect(
      try search(
        "deep", free[0], free[1], free[2], free[3], "--model", "deep.onnx", "--agent-from",
        "free/agent.json"
      ).code == 0)
    #expect(FileManager.default.fileExists(atPath: bench("deep/agent.json").path))
  }
}
