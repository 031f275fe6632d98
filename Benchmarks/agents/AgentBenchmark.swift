import Foundation

/// Runs every variant on every task and prints a table: median [smallest, largest] over the seeds.
///
///     swift build -c release
///     nice -n 15 Benchmarks/.build/release/AgentBenchmark .build/release/espalier
@main struct AgentBenchmark {
  static func main() {
    guard CommandLine.arguments.count > 1 else {
      write("usage: AgentBenchmark ESPALIER [VARIANT …], the built program and parts of names")
      exit(2)
    }
    do {
      let parts = CommandLine.arguments.dropFirst(2)
      try run(
        Variant.all.filter { variant in
          parts.isEmpty || parts.contains { variant.name.contains($0) }
        }, GlyphsSearch(program: URL(fileURLWithPath: CommandLine.arguments[1])))
    } catch {
      write("\(error)")
      exit(1)
    }
  }

  private static func run(_ variants: [Variant], _ glyphs: GlyphsSearch) throws {
    print("| variant | \(Knapsack.title) | \(PendulumTask.title) | \(GlyphsSearch.title) |")
    print("|---|---|---|---|")
    for variant in variants {
      let knapsack = try Knapsack.seeds.map { try Knapsack.run(variant, seed: $0) }
      let pendulum =
        variant.servesPendulum
        ? try PendulumTask.seeds.map { try PendulumTask.run(variant, seed: $0) } : []
      let search = try GlyphsSearch.seeds.map { try glyphs.run(variant, seed: $0) }
      let cells = [cell(knapsack, digits: 2), cell(pendulum, digits: 0), cell(search, digits: 2)]
      print("| \(variant.name) | \(cells.joined(separator: " | ")) |")
      fflush(nil)
    }
  }

  private static func cell(_ values: [Double], digits: Int) -> String {
    guard let low = values.min(), let high = values.max() else { return "–" }
    // The numbers of seeds are odd.
    let median = values.sorted()[values.count / 2]
    let texts = [median, low, high].map { String(format: "%.\(digits)f", $0) }
    return "\(texts[0]) [\(texts[1]), \(texts[2])]"
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
