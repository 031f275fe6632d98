import CompressionPolicies
import Espalier

/// What a search ends with on a terminal: the policy, its cost, the agents side by side.
struct SearchReport {
  private let result: SearchResult

  init(_ result: SearchResult) {
    self.result = result
  }

  var text: String {
    [layers, costs, agents, files].joined(separator: "\n\n")
  }

  private var layers: String {
    if result.policy.layers.contains(where: { $0.density != nil }) { return densities }
    if result.policy.layers.contains(where: { $0.weightBits != nil }) {
      return BitsReport(result.policy).text
    }
    var table = TextTable(["layer", "inputs kept", "of", "keep ratio", ""])
    for layer in result.policy.layers {
      guard let kept = layer.keptInputChannels, let channels = layer.inputChannels else { continue }
      let ratio = Double(kept) / Double(channels)
      table.append([layer.name, "\(kept)", "\(channels)", decimal(ratio, 3), TextTable.bar(ratio)])
    }
    return table.text
  }

  private var densities: String {
    var table = TextTable(["layer", "density", ""])
    for layer in result.policy.layers {
      guard let density = layer.density else { continue }
      table.append([layer.name, decimal(density, 4), TextTable.bar(density)])
    }
    var stages = TextTable(["stage", "weights kept", "of", "validation", "after fine-tuning"])
    for (index, stage) in result.stages.enumerated() {
      stages.append([
        "\(index + 1)", "\(stage.kept)", "\(stage.of)", decimal(stage.validation, 2),
        stage.fineTunedValidation.map { decimal($0, 2) } ?? "–",
      ])
    }
    return table.text + "\n\n" + stages.text
  }

  private var costs: String {
    let (before, after) = (result.policy.original, result.policy.compressed)
    var table = TextTable(["", "original", "compressed", "part"])
    func row(_ name: String, _ old: Double, _ new: Double, _ format: (Double) -> String) {
      let part = old > 0 ? decimal(100 * new / old, 1) + " %" : "–"
      table.append([name, format(old), format(new), part])
    }
    func row(_ name: String, _ old: Double?, _ new: Double?, _ format: (Double) -> String) {
      if let old, let new { row(name, old, new, format) }
    }
    row("MACs", Double(before.macs.macs), Double(after.macs.macs)) { decimal($0 / 1e6, 2) + " M" }
    row("parameters", Double(before.parameters), Double(after.parameters)) { decimal($0, 0) }
    row("weights", Double(before.weightBytes.value), Double(after.weightBytes.value)) {
      decimal($0 / 1000, 1) + " kB"
    }
    row(
      "peak activations", Double(before.peakActivationBytes.value),
      Double(after.peakActivationBytes.value)
    ) { decimal($0 / 1000, 1) + " kB" }
    row("BitOPs", before.bitOps.map(Double.init), after.bitOps.map(Double.init)) {
      decimal($0 / 1e6, 2) + " M"
    }
    let place = result.policy.device.map { " on \($0)" } ?? ""
    row("latency\(place)", before.latencySeconds?.value, after.latencySeconds?.value) {
      "\(CostReport.milli($0)) ms"
    }
    row("energy\(place)", before.energyJoules?.value, after.energyJoules?.value) {
      "\(CostReport.milli($0)) mJ"
    }
    if let old = before.top1, let new = after.top1 {
      table.append(["top-1 on test images", decimal(old, 2), decimal(new, 2), ""])
    }
    if let old = before.fineTuned, let new = after.fineTuned {
      table.append(["top-1 after fine-tuning", decimal(old.top1, 2), decimal(new.top1, 2), ""])
    }
    let reference =
      result.policy.quantization == nil
      ? "" : "\n(the original's cost is counted with eight bits, or the nearest that there are)"
    return table.text + reference
  }

  private var agents: String {
    let isPaired = result.agents.contains { $0.paired != nil }
    var table = TextTable(
      ["agent", "evaluations", "reward", "test top-1"] + (isPaired ? ["right : wrong", "p"] : []))
    for agent in result.agents {
      var row = [
        agent.agent, "\(agent.evaluations)", decimal(agent.reward, 4),
        agent.test.map { decimal($0, 2) } ?? "–",
      ]
      if let paired = agent.paired {
        row += [
          "\(paired.firstOnly) : \(paired.secondOnly)",
          paired.pValue < 1e-4 ? "< 0.0001" : decimal(paired.pValue, 4),
        ]
      }
      table.append(row)
    }
    let own = result.agents.first?.agent ?? ""
    return table.text
      + (isPaired
        ? "\n(right : wrong counts test images that \(own)'s network alone gets right, and that it alone "
          + "gets wrong;\n p is how likely equally good networks would differ as much, by McNemar's exact test)"
        : "")
      + "\n(the reward is measured on images set apart for the search, test top-1 on unseen ones)"
  }

  private var files: String {
    "policy   \(result.run.policy.path)\nnetwork  \(result.run.compressed.path)"
      + (!result.isFineTuned ? "" : "\ntuned    \(result.run.fineTuned.path)")
  }
}
