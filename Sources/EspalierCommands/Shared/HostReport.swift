import Espalier

/// The times of a network's layers on this machine.
enum HostReport {
  static func text(_ measurement: HostMeasurement) -> String {
    var table = TextTable(["layer", "operator", "ms", "median ms", "mean ms", "deviation ms"])
    for layer in measurement.layers {
      table.append([
        layer.layer.name, layer.layer.operatorType, CostReport.milli(layer.latency),
        CostReport.milli(layer.seconds.median),
        CostReport.milli(layer.seconds.mean), CostReport.milli(layer.seconds.deviation),
      ])
    }
    return "batch \(measurement.batch), threads \(measurement.threads)\n\n\(table.text)\n\n"
      + "the layers add up to \(CostReport.milli(measurement.predicted)) ms; a pass takes "
      + "\(CostReport.milli(measurement.pass.median)) ms (median of \(measurement.pass.count)): "
      + "\(measurement.error < 0 ? "" : "+")\(decimal(100 * measurement.error, 1)) %"
  }
}
