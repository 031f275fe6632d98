/// The charts of one run.
struct RunCharts {
  let run: RunRecord
  /// What others published for the same network.
  var published: PublishedPoints?
  /// What every chart's identifier begins with.
  var prefix = ""

  /// Those that the run has the numbers for.
  func all(_ costs: LayerCosts?) -> [any Chart] {
    let episodes: [(any Chart)?] = [rewards, run.isTask ? nil : accuracyAgainstCost]
    let layers: [(any Chart)?] = [keptChannels, bits, densities]
    let priced = costs.map { costs in costs.names.map { cost($0, costs) } } ?? []
    return (episodes + layers).compactMap { $0 } + priced + [sensitivity, time].compactMap { $0 }
  }

  private func id(_ name: String) -> String { prefix + name }

  // MARK: - Episodes

  /// Reward against evaluations: the own agent's episodes as dots, what was best so far as lines.
  var rewards: PlotChart? {
    guard let own = run.agents.last(where: \.isOwn) else { return nil }
    let name = run.isTask ? "return" : "reward"
    let longest = run.agents.map(\.episodes.count).max() ?? 0
    var series = [
      PlotChart.Series(
        name: "\(own.label), each episode", number: 0, mark: .faintDots,
        points: Self.dots(own.episodes, of: own.episodes.rewards))
    ]
    if run.isTask {
      let means = Self.movingMeans(own.episodes.rewards, over: 20)
      series.append(
        PlotChart.Series(
          name: "mean of the last 20", number: 0, mark: .line, points: Self.line(means)))
    } else {
      series += run.agents.enumerated().map { number, agent in
        PlotChart.Series(
          name: "\(agent.label), best so far", number: number, mark: .steps,
          points: Self.steps(agent.episodes.bestRewards, until: longest))
      }
    }
    let agents = run.agents
    let bests = agents.map(\.episodes.bestRewards)
    let columns =
      ["evaluation"]
      + agents.flatMap { ["\($0.label) \(name)"] + (run.isTask ? [] : ["\($0.label) best so far"]) }
    let isTask = run.isTask
    let data = ChartData(columns, count: agents.map(\.episodes.count).max() ?? 0) { row in
      ["\(row + 1)"]
        + agents.indices.flatMap { agent -> [String] in
          let rewards = agents[agent].episodes.rewards
          guard row < rewards.count else { return isTask ? [""] : ["", ""] }
          return [ChartData.number(rewards[row])]
            + (isTask ? [] : [ChartData.number(bests[agent][row])])
        }
    }
    let ends = agents.map { agent in
      let last = agent.episodes.bestRewards.last ?? .nan
      return "\(agent.label) \(Markup.number(last)) after \(agent.episodes.count)"
    }
    return PlotChart(
      identifier: id("rewards"),
      title: run.isTask ? "Return of each episode" : "Reward against evaluations",
      summary: run.isTask
        ? "Returns over \(own.episodes.count) episodes, with the mean of the last 20."
        : "The best reward within the budget so far, agent by agent: "
          + ends.joined(separator: "; ") + ".",
      x: .init(name: run.isTask ? "episode" : "evaluations", includesZero: true, isWhole: true),
      y: .init(name: name), series: series, data: data)
  }

  /// Every episode's score against its cost, and the front that no other beats.
  var accuracyAgainstCost: PlotChart? {
    let cost = run.leadingCost
    let agents = run.agents.filter { !$0.episodes.cost(cost.field).allSatisfy(\.isNaN) }
    guard let own = agents.last(where: \.isOwn) else { return nil }
    var series: [PlotChart.Series] = []
    for (number, agent) in agents.enumerated().reversed() {
      let (x, y) = (agent.episodes.cost(cost.field), agent.episodes.scores)
      series.append(
        PlotChart.Series(
          name: agent.label, number: number, mark: agent.isOwn ? .dots : .faintDots,
          points: Thinning.dots(x, y, columns: 110, rows: 70).map { .init(x: x[$0], y: y[$0]) }))
    }
    let costs = own.episodes.cost(cost.field)
    let front = ParetoFront.positions(costs: costs, worths: own.episodes.scores)
    let frontPoints = front.map { episode in
      PlotChart.Point(
        x: costs[episode], y: own.episodes.scores[episode],
        note: "episode \(episode): \(Markup.fixed(own.episodes.scores[episode])) % at "
          + cost.text(costs[episode]))
    }
    series.append(
      PlotChart.Series(
        name: "Pareto front of \(own.label)", number: 0, mark: .steps, points: frontPoints))
    if let best = own.episodes.bestEpisode {
      series.append(
        PlotChart.Series(
          name: "best reward", number: 7, mark: .diamonds,
          points: [
            .init(
              x: costs[best], y: own.episodes.scores[best], note: "episode \(best), the best reward"
            )
          ]))
    }
    if let published, published.quantity == cost.quantity,
      let whole = run.original?[cost.field]?.doubleValue
    {
      series.append(
        PlotChart.Series(
          name: "published, on other images", number: 3, mark: .diamonds,
          points: published.points.map {
            .init(x: $0.part * whole, y: $0.top1, note: "\($0.name): \($0.top1) %, \($0.source)")
          }))
    }
    let limit = run.limit(cost.quantity).map { value in
      [PlotChart.Limit(side: .up, value: value, name: "budget")]
    }
    return PlotChart(
      identifier: id("accuracy-cost"), title: "\(Self.capital(run.scoreName)) against cost",
      summary: "Every episode by its \(cost.title) and its \(run.scoreName). \(front.count) of "
        + "\(own.episodes.count) episodes of \(own.label) are beaten by no other in both.",
      x: .init(name: cost.title, unit: cost.unit), y: .init(name: run.scoreName, unit: "%"),
      series: series, limits: limit ?? [],
      data: Self.scatter(agents, cost, scoreName: run.scoreName))
  }

  private static func scatter(
    _ agents: [RunRecord.Agent], _ cost: CostName, scoreName: String
  ) -> ChartData {
    let columns = agents.map { $0.episodes.cost(cost.field) }
    let fronts = agents.indices.map { agent in
      Set(ParetoFront.positions(costs: columns[agent], worths: agents[agent].episodes.scores))
    }
    // Where each agent's rows begin.
    var starts = [0]
    for agent in agents { starts.append((starts.last ?? 0) + agent.episodes.count) }
    return ChartData(
      [
        "agent", "episode", cost.field, "\(scoreName), %", "reward", "meets budget", "on the front",
      ],
      count: starts.last ?? 0
    ) { row in
      let agent = (starts.lastIndex { $0 <= row } ?? 0)
      let episodes = agents[agent].episodes
      let episode = row - starts[agent]
      return [
        agents[agent].label, "\(episode)", ChartData.number(columns[agent][episode]),
        ChartData.number(episodes.scores[episode]), ChartData.number(episodes.rewards[episode]),
        episodes.meetsBudget[episode] ? "yes" : "no",
        fronts[agent].contains(episode) ? "yes" : "no",
      ]
    }
  }

  /// Where the time of each agent went.
  var time: LayerChart? {
    let agents = run.agents.filter { $0.time.total > 0 && !$0.time.seconds.isEmpty }
    guard !agents.isEmpty, !run.isTask else { return nil }
    let names = ["making networks", "measuring", "agent and rest"]
    func parts(_ agent: RunRecord.Agent) -> [Double] {
      [agent.time.network, agent.time.evaluation, agent.time.rest]
    }
    return LayerChart(
      identifier: id("time"), title: "Where the time went",
      summary: agents.map { agent in
        "\(agent.label): \(Markup.amount(agent.time.total, unit: "s")) for "
          + "\(agent.time.seconds.count) episodes"
      }.joined(separator: "; ") + ".",
      axis: .init(name: "time", unit: "s", includesZero: true), series: names,
      rows: agents.map { agent in
        LayerChart.Row(
          name: agent.label,
          values: parts(agent).enumerated().map { number, seconds in
            .init(
              value: seconds, series: number,
              note: "\(names[number]) \(Markup.amount(seconds, unit: "s"))")
          }, label: Markup.amount(agent.time.total, unit: "s"))
      }, form: .stacked,
      data: ChartData(
        ["agent", "episodes", "seconds"] + names.map { "\($0), s" },
        agents.map { agent in
          [agent.label, "\(agent.time.seconds.count)", ChartData.number(agent.time.total)]
            + parts(agent).map(ChartData.number)
        }))
  }
}

extension RunCharts {
  // MARK: - Points

  static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Every episode as a dot, as many as can be told apart.
  fileprivate static func dots(
    _ episodes: EpisodeColumns, of values: [Double]
  ) -> [PlotChart.Point] {
    let numbers = values.indices.map { Double($0 + 1) }
    return Thinning.dots(numbers, values, columns: 110, rows: 70).map {
      .init(x: numbers[$0], y: values[$0])
    }
  }

  /// A line that only rises now and then; one that was over early stands with what it ended with.
  static func steps(_ values: [Double], until longest: Int) -> [PlotChart.Point] {
    let changes = Thinning.changes(values)
    let kept = Thinning.line(changes.map { values[$0] }, limit: 800).map { changes[$0] }
    var points = kept.filter { values[$0].isFinite }.map { index in
      PlotChart.Point(x: Double(index + 1), y: values[index])
    }
    if let last = points.last, values.count < longest {
      points.append(.init(x: Double(longest), y: last.y))
    }
    return points
  }

  /// A line that goes up and down.
  static func line(_ values: [Double]) -> [PlotChart.Point] {
    Thinning.line(values, limit: 800).map { .init(x: Double($0 + 1), y: values[$0]) }
  }

  /// The mean of each value and the ones before it, so many at most.
  static func movingMeans(_ values: [Double], over count: Int) -> [Double] {
    values.indices.map { index in
      let window = values[max(0, index + 1 - count)...index]
      return window.reduce(0, +) / Double(window.count)
    }
  }
}
