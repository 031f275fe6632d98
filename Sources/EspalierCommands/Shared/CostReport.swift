import Espalier
import Hardware

/// A priced network as a table, and several side by side.
enum CostReport {
  /// The layers of one network and their totals.
  static func text(_ network: PricedNetwork) -> String {
    let isPriced = network.device != nil
    var table = TextTable(
      ["layer", "operator", "bits", "MACs", "BitOPs", "weight bytes"]
        + (isPriced ? ["cycles", "ms", "mJ", "bound by"] : []))
    for layer in network.layers {
      table.append(
        [
          layer.layer.name, layer.layer.operatorType, layer.bits.description, "\(layer.macs)",
          "\(layer.bitOperations)", "\(layer.weightBytes)",
        ] + (layer.cost.map { prices($0) + [$0 == .zero ? "–" : $0.bound.rawValue] } ?? []))
    }
    table.append(
      [
        "total", "", "", "\(network.macs)", "\(network.bitOperations)", "\(network.weightBytes)",
      ] + (network.cost.map { prices($0) + [""] } ?? []))
    let head = network.device.map { "\($0), " } ?? ""
    return "\(head)batch \(network.batch)\n\n\(table.text)"
  }

  /// The totals of one network on several devices, then the time of each layer.
  static func comparison(_ networks: [PricedNetwork]) -> String {
    var totals = TextTable(["device", "batch", "bits", "cycles", "ms", "mJ", "bound by memory"])
    for network in networks {
      let cost = network.cost ?? .zero
      totals.append(
        [network.device ?? "", "\(network.batch)", bits(of: network)] + prices(cost) + [
          memoryBound(network)
        ])
    }
    var layers = TextTable(["ms of a layer"] + networks.map { $0.device ?? "" })
    for (index, layer) in (networks.first?.layers ?? []).enumerated() {
      layers.append(
        [layer.layer.name]
          + networks.map { network in
            network.layers[index].cost.map { milli($0.latency.value) } ?? "–"
          })
    }
    return "\(totals.text)\n\n\(layers.text)"
  }

  /// Rows of bare workloads.
  static func text(_ workloads: PricedWorkloads) -> String {
    var table = TextTable(["workload", "bits", "MACs", "cycles", "ms", "mJ", "bound by"])
    for row in workloads.rows {
      table.append(
        [row.layer.name, row.bits.description, "\(row.layer.workload.macs)"] + prices(row.cost)
          + [row.cost.bound.rawValue])
    }
    return "\(workloads.device)\n\n\(table.text)"
  }

  /// A time or an energy in thousandths of its unit.
  static func milli(_ value: Double) -> String { decimal(1e3 * value, 4) }

  private static func prices(_ cost: Cost) -> [String] {
    ["\(cost.cycles)", milli(cost.latency.value), milli(cost.energy.value)]
  }

  private static func bits(of network: PricedNetwork) -> String {
    let all = Set(network.layers.filter { $0.macs > 0 }.map(\.bits))
    return all.count == 1 ? all.first?.description ?? "" : "mixed"
  }

  /// The part of the time that goes to layers bound by memory.
  private static func memoryBound(_ network: PricedNetwork) -> String {
    let total = network.cost?.latency.value ?? 0
    guard total > 0 else { return "–" }
    let bound = network.layers.compactMap(\.cost).filter { $0.bound == .memory }
    return "\(decimal(100 * bound.reduce(0) { $0 + $1.latency.value } / total, 0)) %"
  }
}
