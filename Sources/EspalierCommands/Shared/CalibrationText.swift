import Espalier

/// What a calibration ends with on a terminal.
enum CalibrationText {
  static func of(_ report: CalibrationReport) -> String {
    var table = TextTable(["layer", "weights", "activations", "trace", "error", "part of loss"])
    for layer in report.layers {
      table.append([
        layer.name, "\(layer.weightBits)", "\(layer.activationBits)",
        layer.trace.map { decimal($0, 4) } ?? "–", layer.traceError.map { decimal($0, 4) } ?? "–",
        decimal(layer.lossWeight, 4),
      ])
    }
    let part = 100 * report.changedWeights
    return table.text + "\n\n" + decision(report)
      + "distillation error \(report.nearestLoss) with nearest levels, \(report.loss) now; "
      + "\(decimal(part, 1)) % of the weights changed their level\n"
      + "weights \(decimal(Double(report.originalWeightBytes) / 1000, 1)) kB as floats, "
      + "\(decimal(Double(report.weightBytes) / 1000, 1)) kB packed; "
      + "the file has \(decimal(Double(report.fileBytes) / 1000, 1)) kB\n"
      + "wrote \(report.model.path) after \(decimal(report.seconds, 1)) s"
  }

  /// What was decided within budgets; nothing where bits were given.
  private static func decision(_ report: CalibrationReport) -> String {
    guard let decision = report.decision else { return "" }
    let limits = decision.limits.map { limit in
      let unit = limit.quantity.countsPerUnit
      return "\(limit.quantity.rawValue) \(Double(limit.cost) / unit) of at most "
        + "\(Double(limit.limit) / unit)"
    }
    return (decision.leftOut + [limits.joined(separator: ", ")]).joined(separator: "\n") + "\n"
  }
}
