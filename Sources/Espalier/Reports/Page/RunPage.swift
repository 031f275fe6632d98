import CompressionPolicies

/// The page of one run.
struct RunPage {
  let run: RunRecord
  /// What each layer costs; nil where the network was not at hand.
  let costs: LayerCosts?
  /// What others published for the same network.
  let published: PublishedPoints?
  /// What is missing, and why.
  let notes: [String]

  /// The page, self-contained: no script, no font, no picture from elsewhere.
  var html: String {
    let charts = RunCharts(run: run, published: published).all(costs)
    var sections = [header, HTML.cards(cards)] + notes.map { HTML.paragraph($0, class: "soft") }
    sections += [results, agents, stages, publications].compactMap { $0 }
    sections.append(HTML.section("Charts", [HTML.figures(charts)]))
    sections += [reproduction, settings]
    return HTML.page("\(run.name): \(run.label)", sections)
  }

  private var header: String {
    var words = [run.agent.isEmpty ? nil : "agent \(run.agent)", run.seed.map { "seed \($0)" }]
    words.append(run.policy?["device"]?.stringValue.map { "device \($0)" })
    words.append(run.description["model"]?["file"]?.stringValue)
    words.append("run \(run.label)")
    let summary = run.environment["summary"]?.stringValue ?? ""
    return "<header><h1>\(Markup.escaped(run.name))</h1>"
      + HTML.paragraph(words.compactMap { $0 }.joined(separator: " · "))
      + (summary.isEmpty ? "" : HTML.paragraph(summary, class: "soft")) + "</header>"
  }

  // MARK: - Headline figures

  private var cards: [(name: String, value: String, note: String)] {
    guard !run.isTask else { return taskCards }
    var cards: [(name: String, value: String, note: String)] = []
    if let own = run.ownEpisodes {
      let best = own.bestEpisode
      cards.append(
        (
          "best reward", best.map { Markup.decimal(own.rewards[$0], 4) } ?? "none",
          best.map { "episode \($0), the first being 0, of \(own.count)" }
            ?? "no episode met the budget"
        ))
    }
    if let after = run.compressed?["top1"]?.doubleValue {
      let before = run.original?["top1"]?.doubleValue
      cards.append(
        (
          "test top-1", "\(Markup.fixed(after)) %",
          before.map { "\(Markup.fixed($0)) % before, the same images" } ?? "on test images"
        ))
    }
    if let after = run.compressed?["fineTuned"]?["top1"]?.doubleValue {
      let before = run.original?["fineTuned"]?["top1"]?.doubleValue
      cards.append(
        (
          "test top-1 after fine-tuning", "\(Markup.fixed(after)) %",
          before.map { "the original after as much training: \(Markup.fixed($0)) %" }
            ?? "on test images"
        ))
    }
    for name in Set([run.leadingCost, CostName("macs"), CostName("weightBytes")]).sorted(by: {
      ($0 == run.leadingCost ? "" : $0.title) < ($1 == run.leadingCost ? "" : $1.title)
    }) {
      guard let after = run.compressed?[name.field]?.doubleValue,
        let before = run.original?[name.field]?.doubleValue, before > 0
      else { continue }
      cards.append(
        (
          name.title, name.text(after),
          "\(Markup.decimal(100 * after / before, 1)) % of \(name.text(before))"
        ))
    }
    return cards
  }

  private var taskCards: [(name: String, value: String, note: String)] {
    var cards: [(name: String, value: String, note: String)] = []
    if let evaluation = run.summary?["evaluation"], let mean = evaluation["meanReturn"]?.doubleValue
    {
      let spread = evaluation["standardDeviation"]?.doubleValue
      cards.append(
        (
          "return without noise", Markup.decimal(mean, 2),
          "± \(spread.map { Markup.decimal($0, 2) } ?? "–") over "
            + "\(evaluation["episodes"]?.intValue ?? 0) episodes"
        ))
    }
    if let own = run.ownEpisodes {
      let steps = own.steps.reduce(0) { $0 + ($1.isNaN ? 0 : $1) }
      cards.append(("episodes", "\(own.count)", "\(Markup.decimal(steps, 0)) steps"))
      if let best = own.rewards.max() {
        cards.append(("best return", Markup.decimal(best, 2), "of an episode with noise"))
      }
    }
    return cards
  }

  // MARK: - Tables

  private var results: String? {
    guard let original = run.original, let compressed = run.compressed else { return nil }
    let rows = CostName.all.compactMap { name -> [String]? in
      guard let before = original[name.field]?.doubleValue,
        let after = compressed[name.field]?.doubleValue
      else { return nil }
      let asked = run.budgets.first { $0.quantity == name.quantity }?.text
      let limit = run.limit(name.quantity)
      return [
        name.title, name.text(before), name.text(after),
        before > 0 ? "\(Markup.decimal(100 * after / before, 1)) %" : "–",
        asked.map { text in limit.map { "\(text): \(name.text($0))" } ?? text } ?? "–",
      ]
    }
    var tables = [
      HTML.table(
        "Cost against budget, before and after",
        ["cost", "original", "compressed", "part", "budget"], rows)
    ]
    if run.policy?["quantization"] != nil {
      tables.append(
        HTML.paragraph(
          "The original's cost is counted with eight bits, or the nearest that there are.",
          class: "soft"))
    }
    let tests: [[String]] = [
      ("as measured", original["top1"], compressed["top1"]),
      ("after fine-tuning", original["fineTuned"]?["top1"], compressed["fineTuned"]?["top1"]),
    ].compactMap { name, before, after in
      guard before != nil || after != nil else { return nil }
      return [name]
        + [before, after].map { $0?.doubleValue.map { "\(Markup.fixed($0)) %" } ?? "–" }
    }
    if !tests.isEmpty {
      tables.append(
        HTML.table(
          "Top-1 on test images, which no part of the search saw",
          ["", "original", "compressed"], tests))
    }
    let scores = [original, compressed].map { $0["validation"]?.doubleValue }
    if scores.contains(where: { $0 != nil }) {
      tables.append(
        HTML.table(
          "What the search was rewarded for, on images that the network may have been trained on",
          ["", "original", "compressed"],
          [[run.scoreName] + scores.map { $0.map { "\(Markup.fixed($0)) %" } ?? "–" }]))
    }
    return HTML.section("Results", tables)
  }

  private var agents: String? {
    let rows = (run.summary?.arrayValue ?? []).map { agent -> [String] in
      let paired = agent["paired"]
      let pair = paired.flatMap { pair -> String? in
        guard let own = pair["ownOnly"]?.intValue, let other = pair["otherOnly"]?.intValue else {
          return nil
        }
        return "\(own) : \(other)"
      }
      return [
        agent["agent"]?.stringValue ?? "", agent["evaluations"]?.intValue.map { "\($0)" } ?? "–",
        agent["reward"]?.doubleValue.map { Markup.decimal($0, 4) } ?? "–",
        agent["test"]?.doubleValue.map { "\(Markup.fixed($0)) %" } ?? "–", pair ?? "–",
        paired?["pValue"]?.doubleValue.map { $0 < 1e-4 ? "< 0.0001" : Markup.decimal($0, 4) }
          ?? "–",
      ]
    }
    guard !rows.isEmpty else { return nil }
    return HTML.section(
      "Agents",
      [
        HTML.table(
          "The agents' best policies at the same budget",
          ["agent", "evaluations", "reward", "test top-1", "right : wrong", "p"], rows),
        HTML.paragraph(
          "Right : wrong counts test images that the first agent's network alone gets right, and "
            + "that it alone gets wrong; p is how likely equally good networks would differ as "
            + "much (McNemar's exact test).", class: "soft"),
      ])
  }

  private var stages: String? {
    let stages = run.stages?["stages"]?.arrayValue ?? []
    guard !stages.isEmpty else { return nil }
    func number(_ stage: JSONValue, _ field: String, _ places: Int) -> String {
      stage[field]?.doubleValue.map { Markup.decimal($0, places) } ?? "–"
    }
    return HTML.section(
      "Stages",
      [
        HTML.table(
          "Stage by stage",
          [
            "stage", "density", "weights kept", "of", "validation, %", "after fine-tuning, %",
          ],
          stages.enumerated().map { index, stage in
            [
              "\(index + 1)", number(stage, "density", 4), number(stage, "kept", 0),
              number(stage, "of", 0), number(stage, "validation", 2),
              number(stage, "fineTunedValidation", 2),
            ]
          })
      ])
  }

  private var publications: String? {
    guard let published, !published.points.isEmpty else { return nil }
    let cost = CostName(published.quantity).title
    return HTML.section(
      "Published",
      [
        HTML.table(
          "What others published: \(published.measured)",
          ["what", "part of \(cost)", "top-1", "source"],
          published.points.map { point in
            [
              point.name, "\(Markup.decimal(100 * point.part, 1)) %",
              "\(Markup.decimal(point.top1, 3)) %", point.source,
            ]
          }),
        HTML.paragraph(
          "Measured on other images than the search's own, and trained on: no like for like.",
          class: "soft"),
      ])
  }

  // MARK: - How it was made

  private var reproduction: String {
    var rows = [["written by", "espalier \(EspalierVersion.current)"]]
    if let version = run.description["version"]?.stringValue {
      rows.append(["searched by", version])
    }
    if let model = run.description["model"] {
      rows.append(["model", model["file"]?.stringValue ?? "–"])
      rows.append(["model's SHA-256", model["sha256"]?.stringValue ?? "–"])
    }
    if let seed = run.seed { rows.append(["seed", "\(seed)"]) }
    rows.append(["episodes", "\(run.ownEpisodes?.count ?? 0)"])
    return HTML.section(
      "How to reproduce",
      [
        "<pre tabindex=\"0\"><code>\(Markup.escaped(Reproduction(run).command))</code></pre>",
        HTML.paragraph(
          "The same seed gives the same journal and the same policy, bit for bit, on one machine at any "
            + "number of threads. Seconds are of the machine it ran on.", class: "soft"),
        HTML.table("Versions and hashes", ["what", "value"], rows)
          .replacingOccurrences(of: "<table>", with: "<table class=\"words\">"),
      ])
  }

  private var settings: String {
    HTML.section(
      "Settings",
      [
        "<details open><summary>environment.json, with every default</summary>",
        HTML.table(
          "Settings of the environment", ["field", "value"],
          run.environment.flattened().map { [$0.path, $0.text] }
        ).replacingOccurrences(of: "<table>", with: "<table class=\"words\">"), "</details>",
      ])
  }
}
