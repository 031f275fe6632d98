import CompressionPolicies

/// One page of several runs: seeds, devices, budgets, agents or environments side by side.
struct ComparisonPage {
  let runs: [RunRecord]
  /// What the runs are called: their folders' names, with a number where two are the same.
  let labels: [String]
  /// Agents over runs of one search; nil where the runs are of several.
  let curves: RewardCurves?
  let notes: [String]

  var html: String {
    let names = Set(runs.map(\.name)).sorted()
    let title = "\(runs.count) runs of \(names.joined(separator: ", "))"
    let charts = ComparisonCharts(runs: runs, labels: labels, curves: curves).all
    var sections = [
      "<header><h1>\(Markup.escaped(title))</h1>"
        + HTML.paragraph(
          "Written by espalier \(EspalierVersion.current) from the runs' journals.", class: "soft")
        + "</header>"
    ]
    sections += notes.map { HTML.paragraph($0, class: "soft") }
    sections.append(HTML.section("Runs", [overview, measured].compactMap { $0 }))
    sections.append(HTML.section("Charts", [HTML.figures(charts)]))
    sections += [layers, differences].compactMap { $0 }
    sections.append(
      HTML.section(
        "How to reproduce",
        [
          "<pre tabindex=\"0\"><code>"
            + runs.map { Markup.escaped(Reproduction($0).command) }.joined(separator: "\n")
            + "</code></pre>"
        ]))
    return HTML.page(title, sections)
  }

  private var overview: String {
    let hasDevice = runs.contains { $0.policy?["device"] != nil }
    let costs = CostName.all.filter { name in
      ["macs", "weightBytes", "bitOps", "latency", "energy"].contains(name.quantity)
        && runs.contains { $0.compressed?[name.field] != nil }
    }
    let hasTest = runs.contains { $0.compressed?["top1"] != nil }
    let heads =
      ["run", "environment", "agent", "seed"] + (hasDevice ? ["device"] : []) + ["budget"]
      + costs.map(\.title) + (hasTest ? ["test top-1"] : [])
    return HTML.table(
      "What the runs are and what their policies cost", heads,
      zip(labels, runs).map { label, run in
        let budget = run.budgets.map { "\($0.quantity) \($0.text)" }.joined(separator: ", ")
        return [label, run.name, run.agent, run.seed.map { "\($0)" } ?? "–"]
          + (hasDevice ? [run.policy?["device"]?.stringValue ?? "–"] : [])
          + [budget.isEmpty ? "–" : budget]
          + costs.map { name in run.compressed?[name.field]?.doubleValue.map(name.text) ?? "–" }
          + (hasTest
            ? [run.compressed?["top1"]?.doubleValue.map { "\(Markup.fixed($0)) %" } ?? "–"] : [])
      })
  }

  /// What the searches themselves saw; apart from test images.
  private var measured: String {
    HTML.table(
      "What the searches measured, on their own validation images or episodes",
      ["run", "episodes", "best reward or return", "validation score of the policy"],
      zip(labels, runs).map { label, run in
        let own = run.ownEpisodes
        let best = run.isTask ? own?.rewards.max() : own?.bestEpisode.map { own?.rewards[$0] ?? 0 }
        return [
          label, "\(own?.count ?? 0)", best.map { Markup.decimal($0, 4) } ?? "–",
          run.compressed?["validation"]?.doubleValue.map { "\(Markup.fixed($0)) %" } ?? "–",
        ]
      })
  }

  /// The layers' decisions, a column for each run, where the runs decide about the same layers.
  private var layers: String? {
    let names = runs.map { $0.layers.compactMap { $0["name"]?.stringValue } }
    guard let first = names.first, !first.isEmpty, names.allSatisfy({ $0 == first }) else {
      return nil
    }
    let rows = first.indices.map { index in
      [first[index]] + runs.map { Self.decision($0.layers[index]) }
    }
    return HTML.section(
      "Layers", [HTML.table("Decisions, layer by layer", ["layer"] + labels, rows)])
  }

  private static func decision(_ layer: JSONValue) -> String {
    var words: [String] = []
    if let kept = layer["keptInputChannels"]?.intValue, let of = layer["inputChannels"]?.intValue {
      words.append("\(kept)/\(of)")
    } else if let kept = layer["keptOutputChannels"]?.intValue,
      let of = layer["outputChannels"]?.intValue
    {
      words.append("\(kept)/\(of) out")
    }
    if let density = layer["density"]?.doubleValue {
      words.append("\(Markup.decimal(100 * density, 1)) %")
    }
    if let weights = layer["weightBits"]?.intValue {
      words.append("\(weights)/\(layer["activationBits"]?.intValue.map { "\($0)" } ?? "–") bits")
    }
    return words.isEmpty ? "–" : words.joined(separator: ", ")
  }

  /// The settings that are not the same everywhere.
  private var differences: String? {
    let settings = runs.map { run in
      Dictionary(run.environment.flattened().map { ($0.path, $0.text) }) { first, _ in first }
    }
    let paths = Set(settings.flatMap(\.keys)).sorted().filter { path in
      Set(settings.map { $0[path] ?? "–" }).count > 1
    }
    guard !paths.isEmpty else { return nil }
    return HTML.section(
      "Settings",
      [
        HTML.table(
          "Settings in which the runs differ", ["field"] + labels,
          paths.map { path in [path] + settings.map { $0[path] ?? "–" } })
      ])
  }
}
