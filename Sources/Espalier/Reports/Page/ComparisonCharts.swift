import CompressionPolicies

/// The charts of several runs.
struct ComparisonCharts {
  let runs: [RunRecord]
  let labels: [String]
  let curves: RewardCurves?

  var all: [any Chart] {
    let charts: [(any Chart)?] = [rewards, spreads, fronts, keepRatios, weightBits, costs]
    return charts.compactMap { $0 }
  }

  /// The best reward so far of each run's own agent.
  private var rewards: PlotChart? {
    let own = zip(labels, runs).compactMap { label, run in
      run.agents.last(where: \.isOwn).map { (label: label, values: Self.curve(run, $0)) }
    }
    guard !own.isEmpty else { return nil }
    let hasTasks = runs.contains(where: \.isTask)
    let longest = own.map(\.values.count).max() ?? 0
    let name = hasTasks ? "mean return of the last 20 episodes" : "best reward so far"
    return PlotChart(
      identifier: "runs-rewards", title: "Reward against evaluations, run by run",
      summary: "What each run had reached: "
        + own.map { "\($0.label) \(Markup.number($0.values.last ?? .nan))" }
        .joined(separator: "; ") + ".",
      x: .init(name: "evaluations", includesZero: true, isWhole: true), y: .init(name: name),
      series: own.enumerated().map { number, run in
        .init(
          name: run.label, number: number, mark: hasTasks ? .line : .steps,
          points: hasTasks
            ? RunCharts.line(run.values) : RunCharts.steps(run.values, until: longest))
      },
      data: ChartData(
        ["evaluation"] + own.map(\.label), count: own.map(\.values.count).max() ?? 0
      ) { row in
        ["\(row + 1)"] + own.map { row < $0.values.count ? ChartData.number($0.values[row]) : "" }
      })
  }

  private static func curve(_ run: RunRecord, _ agent: RunRecord.Agent) -> [Double] {
    run.isTask
      ? RunCharts.movingMeans(agent.episodes.rewards, over: 20) : agent.episodes.bestRewards
  }

  /// The median and the range over the runs, agent by agent.
  private var spreads: PlotChart? {
    guard let curves, curves.agents.contains(where: { $0.runs.count > 1 }) else { return nil }
    func points(_ agent: RewardCurves.Agent) -> [PlotChart.Point] {
      let longest = agent.runs.map(\.count).max() ?? 0
      let step = max(1, longest / 300)
      let numbers = Array(stride(from: 1, through: longest, by: step)) + [longest]
      return numbers.compactMap { number in
        agent.spread(after: number).flatMap { spread in
          guard spread.least.isFinite else { return nil }
          return .init(x: Double(number), y: spread.median, low: spread.least, note: nil)
        }
      }
    }
    func band(_ agent: RewardCurves.Agent) -> [PlotChart.Point] {
      points(agent).map { point in
        var point = point
        point.y = agent.spread(after: Int(point.x))?.most ?? point.y
        return point
      }
    }
    let lines = curves.agents.enumerated().flatMap { number, agent -> [PlotChart.Series] in
      let line = PlotChart.Series(
        name: "\(agent.name), \(agent.runs.count) runs", number: number, mark: .line,
        points: points(agent))
      let area = PlotChart.Series(
        name: "", number: number, mark: .band, points: band(agent), isNamed: false)
      return agent.runs.count > 1 ? [area, line] : [line]
    }
    let agents = curves.agents
    return PlotChart(
      identifier: "runs-agents", title: "Agents over the runs: median and range",
      summary:
        "The best reward within the budget after so many evaluations; the line is the median over "
        + "the runs and the band their range.",
      x: .init(name: "evaluations", includesZero: true, isWhole: true),
      y: .init(name: "best reward so far"), series: lines,
      data: ChartData(
        ["evaluations"]
          + agents.flatMap { ["\($0.name) median", "\($0.name) least", "\($0.name) most"] },
        curves.milestones.map { number in
          ["\(number)"]
            + agents.flatMap { agent -> [String] in
              let spread = agent.spread(after: number)
              return [spread?.median, spread?.least, spread?.most].map(ChartData.number)
            }
        }))
  }

  /// The Pareto front of each run, where all count the same cost.
  private var fronts: PlotChart? {
    let compressing = zip(labels, runs).filter { !$0.1.isTask }
    guard let cost = compressing.first?.1.leadingCost,
      compressing.allSatisfy({ $0.1.ownEpisodes?.costs[cost.field] != nil })
    else { return nil }
    let names = Set(compressing.map(\.1.scoreName))
    let fronts = compressing.map { label, run -> (label: String, rows: [(Int, Double, Double)]) in
      let own = run.ownEpisodes ?? EpisodeColumns()
      let costs = own.cost(cost.field)
      let front = ParetoFront.positions(costs: costs, worths: own.scores)
      return (label, front.map { ($0, costs[$0], own.scores[$0]) })
    }
    let rows = fronts.flatMap { front in
      front.rows.map { [front.label, "\($0.0)", ChartData.number($0.1), ChartData.number($0.2)] }
    }
    let scoreName = names.count == 1 ? names.first ?? "" : "validation score"
    return PlotChart(
      identifier: "runs-fronts", title: "Pareto fronts of the runs",
      summary: "The policies of each run that no other of its own beats in \(cost.title) and "
        + "\(scoreName).",
      x: .init(name: cost.title, unit: cost.unit), y: .init(name: scoreName, unit: "%"),
      series: fronts.enumerated().flatMap { number, front -> [PlotChart.Series] in
        let points = front.rows.map { row in
          PlotChart.Point(
            x: row.1, y: row.2,
            note:
              "\(front.label), episode \(row.0): \(Markup.fixed(row.2)) % at \(cost.text(row.1))")
        }
        return [
          .init(name: front.label, number: number, mark: .steps, points: points),
          .init(name: "", number: number, mark: .dots, points: points, isNamed: false),
        ]
      }, data: ChartData(["run", "episode", cost.field, "\(scoreName), %"], rows))
  }

  // MARK: - Layers

  private var keepRatios: LayerChart? {
    dots(
      "runs-channels", "Keep ratios, layer by layer",
      .init(name: "channels kept", unit: "%", includesZero: true)
    ) { layer in
      for side in ["Input", "Output"] {
        if let of = layer["\(side.lowercased())Channels"]?.doubleValue, of > 0,
          let kept = layer["kept\(side)Channels"]?.doubleValue
        {
          return 100 * kept / of
        }
      }
      return layer["density"]?.doubleValue.map { 100 * $0 }
    }
  }

  private var weightBits: LayerChart? {
    dots(
      "runs-bits", "Bits of weights, layer by layer",
      .init(name: "bits", includesZero: true, isWhole: true)
    ) { $0["weightBits"]?.doubleValue }
  }

  private func dots(
    _ identifier: String, _ title: String, _ axis: PlotChart.Axis,
    value: (JSONValue) -> Double?
  ) -> LayerChart? {
    var order: [String] = []
    var values: [String: [(run: Int, value: Double)]] = [:]
    for (number, run) in runs.enumerated() {
      for layer in run.layers {
        guard let name = layer["name"]?.stringValue, let own = value(layer) else { continue }
        if values[name] == nil { order.append(name) }
        values[name, default: []].append((number, own))
      }
    }
    guard !order.isEmpty else { return nil }
    return LayerChart(
      identifier: identifier, title: title,
      summary: "\(order.count) layers in the order of the network, a mark for each run.",
      axis: axis,
      series: labels,
      rows: order.map { name in
        .init(
          name: name,
          values: (values[name] ?? []).map { own in
            .init(
              value: own.value, series: own.run,
              note: "\(labels[own.run]) \(Markup.fixed(own.value))")
          }, label: "")
      }, form: .dots,
      data: ChartData(
        ["layer"] + labels,
        order.map { name in
          [name]
            + runs.indices.map { number in
              ChartData.number(values[name]?.first { $0.run == number }?.value)
            }
        }))
  }

  /// What of the original's cost each run's policy has left.
  private var costs: LayerChart? {
    let names = CostName.all.filter { name in
      runs.contains { $0.compressed?[name.field] != nil }
    }
    func part(_ run: RunRecord, _ name: CostName) -> Double? {
      guard let before = run.original?[name.field]?.doubleValue, before > 0 else { return nil }
      return run.compressed?[name.field]?.doubleValue.map { 100 * $0 / before }
    }
    guard !names.isEmpty else { return nil }
    return LayerChart(
      identifier: "runs-costs", title: "Cost of the policies",
      summary: "What the compressed networks cost, in percent of the original.",
      axis: .init(name: "part of the original", unit: "%", includesZero: true), series: labels,
      rows: names.map { name in
        .init(
          name: name.title,
          values: runs.enumerated().compactMap { number, run in
            part(run, name).map { part in
              .init(value: part, series: number, note: "\(labels[number]) \(Markup.fixed(part)) %")
            }
          }, label: "")
      },
      data: ChartData(
        ["cost"] + labels.map { "\($0), %" },
        names.map { name in [name.title] + runs.map { ChartData.number(part($0, name)) } }))
  }
}
