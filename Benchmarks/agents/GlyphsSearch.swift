import Foundation

/// The search `glyphs-amc`, shortened, by the built program.
struct GlyphsSearch {
  static let title = "glyphs-amc: top-1 on the search's images"
  static let seeds = 1...5
  private static let (episodes, warmup) = (70, 25)

  let program: URL

  /// Top-1 of the best candidate on the images that the search measures on, in percent.
  func run(_ variant: Variant, seed: Int) throws -> Double {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("agent-benchmark-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let preset = variant.preset.map { [#"preset="\#($0)""#] } ?? []
    let agent =
      preset + variant.settings(learningEpisodes: Self.episodes - Self.warmup)
      + ["warmupEpisodes=\(Self.warmup)"]
    let settings =
      [
        "baselines=[]", "validationImages=250", "screeningImages=100", "calibrationImages=64",
      ] + agent.map { "agent." + $0 }
    let process = Process()
    let output = Pipe()
    process.executableURL = program
    process.arguments =
      [
        "search", "glyphs-amc", "--data", "glyphs:,limit=250", "--agent", variant.agent, "--seed",
        "\(seed)", "--episodes",
        "\(Self.episodes)", "--threads", "1", "--quiet", "--json", "--output", folder.path,
      ] + settings.flatMap { ["--set", $0] }
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let result = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    guard let best = result?["best"] as? [String: Any], let top1 = best["validation"] as? Double
    else { throw BenchmarkError(text: "espalier search: exit code \(process.terminationStatus)") }
    return top1
  }
}
