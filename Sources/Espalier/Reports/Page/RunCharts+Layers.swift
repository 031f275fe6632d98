import CompressionPolicies

extension RunCharts {
  /// The channels that each layer keeps of those that it had.
  var keptChannels: LayerChart? {
    struct Kept { let name: String, kept: Int, of: Int, side: String }
    let layers = run.layers.compactMap { layer -> Kept? in
      let name = layer["name"]?.stringValue ?? ""
      for side in ["input", "output"] {
        if let of = layer["\(side)Channels"]?.intValue, of > 0,
          let kept = layer["kept\(Self.capital(side))Channels"]?.intValue
        {
          return Kept(name: name, kept: kept, of: of, side: side)
        }
      }
      return nil
    }
    guard !layers.isEmpty else { return nil }
    func percent(_ layer: Kept) -> String {
      "\(Markup.decimal(100 * Double(layer.kept) / Double(layer.of), 0)) %"
    }
    let total = layers.reduce((0, 0)) { ($0.0 + $1.kept, $0.1 + $1.of) }
    return LayerChart(
      identifier: prefix + "channels", title: "Channels kept, layer by layer",
      summary: "Filled bars are the input channels that stay, outlines those that the network had: "
        + "\(total.0) of \(total.1) over \(layers.count) layers.",
      axis: .init(name: "channels", includesZero: true), series: [],
      rows: layers.map { layer in
        .init(
          name: layer.name,
          values: [
            .init(
              value: Double(layer.kept), outline: Double(layer.of), series: 0,
              note: "\(layer.kept) of \(layer.of) \(layer.side) channels, \(percent(layer))")
          ], label: "\(layer.kept)/\(layer.of)  \(percent(layer))")
      },
      data: ChartData(
        ["layer", "channels", "kept", "keep ratio"],
        layers.map { layer in
          [
            layer.name, "\(layer.of)", "\(layer.kept)",
            Markup.decimal(Double(layer.kept) / Double(layer.of), 6),
          ]
        }))
  }

  /// The bits of each layer's weights and activations.
  var bits: LayerChart? {
    let layers = run.layers.filter { $0["weightBits"] != nil || $0["activationBits"] != nil }
    guard !layers.isEmpty else { return nil }
    let operands = [("weights", "weightBits"), ("activations", "activationBits")]
    func text(_ layer: JSONValue) -> [String] {
      operands.map { layer[$0.1]?.intValue.map { "\($0)" } ?? "–" }
    }
    return LayerChart(
      identifier: prefix + "bits", title: "Bits, layer by layer",
      summary:
        "Bits of weights and activations of \(layers.count) layers, in the order of the network.",
      axis: .init(name: "bits", includesZero: true, isWhole: true), series: operands.map(\.0),
      rows: layers.map { layer in
        .init(
          name: layer["name"]?.stringValue ?? "",
          values: operands.enumerated().compactMap { number, operand in
            layer[operand.1]?.doubleValue.map { bits in
              .init(value: bits, series: number, note: "\(operand.0) \(Markup.fixed(bits)) bits")
            }
          }, label: text(layer).joined(separator: "/"))
      },
      data: ChartData(
        ["layer", "weight bits", "activation bits"],
        layers.map { [$0["name"]?.stringValue ?? ""] + text($0) }))
  }

  /// The single weights that are left of each layer.
  var densities: LayerChart? {
    let layers = run.layers.compactMap { layer in
      layer["density"]?.doubleValue.map { (name: layer["name"]?.stringValue ?? "", value: $0) }
    }
    guard !layers.isEmpty else { return nil }
    return LayerChart(
      identifier: prefix + "densities", title: "Weights that are left, layer by layer",
      summary: "Of each of \(layers.count) layers the part of single weights that are not zero.",
      axis: .init(name: "density", unit: "%", includesZero: true), series: [],
      rows: layers.map { layer in
        let percent = "\(Markup.decimal(100 * layer.value, 1)) %"
        return .init(
          name: layer.name,
          values: [.init(value: 100 * layer.value, outline: 100, series: 0, note: percent)],
          label: percent)
      },
      data: ChartData(
        ["layer", "density"], layers.map { [$0.name, ChartData.number($0.value)] }))
  }

  /// One cost of every layer, before and after.
  func cost(_ name: CostName, _ costs: LayerCosts) -> LayerChart {
    let place = costs.device.map {
      ["latency", "energy"].contains(name.quantity) ? " on \($0)" : ""
    }
    let rows = costs.layers.map { layer in
      (layer.name, layer.before[name.field] ?? 0, layer.after[name.field] ?? 0)
    }
    let total = rows.reduce((0.0, 0.0)) { ($0.0 + $1.1, $0.1 + $1.2) }
    return LayerChart(
      identifier: prefix + "cost-\(name.quantity)",
      title: "\(Self.capital(name.title))\(place ?? "") by layer",
      summary: "Filled bars are the compressed network, outlines the network as it came; in all "
        + "\(name.text(total.1)) of \(name.text(total.0)).",
      axis: .init(name: name.title, unit: name.unit, includesZero: true), series: [],
      rows: rows.map { layer, before, after in
        .init(
          name: layer,
          values: [
            .init(
              value: after, outline: before, series: 2,
              note: "\(name.text(after)) of \(name.text(before))")
          ], label: before > 0 ? "\(Markup.decimal(100 * after / before, 0)) %" : "")
      },
      data: ChartData(
        ["layer", "\(name.field) before", "\(name.field) after"],
        rows.map { [$0.0, ChartData.number($0.1), ChartData.number($0.2)] }))
  }

  /// How much each decision alone changes what the network says.
  var sensitivity: LayerChart? {
    let decisions = run.sensitivity?["decisions"]?.arrayValue ?? []
    let rows = decisions.compactMap { decision -> (String, [(Int, Double)])? in
      guard let name = decision["name"]?.stringValue,
        let losses = decision["losses"]?.objectValue
      else { return nil }
      let known = losses.compactMap { key, value in
        Int(key).flatMap { choice in value.doubleValue.map { (choice, $0) } }
      }
      let operand = decision["operand"]?.stringValue.map { ", \($0)" } ?? ""
      return (name + operand, known.sorted { $0.0 < $1.0 })
    }
    guard !rows.isEmpty else { return nil }
    let choices = Set(rows.flatMap { $0.1.map(\.0) }).sorted()
    // Where the losses of all decisions are told apart best: the fewest that all of them have.
    let shown = choices.first { choice in rows.allSatisfy { $0.1.contains { $0.0 == choice } } }
    func loss(_ row: [(Int, Double)], _ choice: Int) -> Double? {
      row.first { $0.0 == choice }?.1
    }
    return LayerChart(
      identifier: prefix + "sensitivity", title: "Sensitivity, decision by decision",
      summary:
        "The divergence of the network's answers when one decision alone is carried out, here "
        + "\(shown.map { "at \($0)" } ?? "at its least"); the table holds all choices.",
      axis: .init(name: "divergence", unit: "nat", includesZero: true), series: [],
      rows: rows.map { name, losses in
        let value = (shown.flatMap { loss(losses, $0) } ?? losses.first?.1) ?? 0
        let text = Markup.amount(value, unit: "nat")
        return .init(name: name, values: [.init(value: value, series: 3, note: text)], label: "")
      },
      data: ChartData(
        ["decision"] + choices.map { "at \($0)" },
        rows.map { name, losses in
          [name] + choices.map { ChartData.number(loss(losses, $0)) }
        }))
  }
}
