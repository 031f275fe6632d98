import Compression
public import Hardware

extension HostMeasurement {
  /// The measurement as a table of the device `host`, in seconds.
  ///
  /// A row for every layer under its name, and one for every distinct workload without a name, so that other
  /// networks can be priced by it: the average over the layers that share it, each of which may have other
  /// things fused into it. The engine computes in 32 bits.
  ///
  /// - Throws: `HardwareError.file` for a network without layers.
  public func table() throws(HardwareError) -> CostTable {
    var places: [Workload: Int] = [:]
    var groups: [(workload: Workload, layers: [Layer])] = []
    for layer in layers {
      let workload = try layer.layer.workload.anyPlace()
      if let place = places[workload] {
        groups[place].layers.append(layer)
      } else {
        places[workload] = groups.count
        groups.append((workload, [layer]))
      }
    }
    let named = layers.map { layer in
      CostTable.Row(
        layer: layer.layer.name, workload: layer.layer.workload, entries: Self.entries([layer]))
    }
    let shaped = groups.map { group in
      CostTable.Row(layer: nil, workload: group.workload, entries: Self.entries(group.layers))
    }
    return try CostTable(
      name: "host", device: "host", unit: .seconds, batch: batch, rows: named + shaped)
  }

  /// The average of some layers: the mean of their times and of their variances.
  private static func entries(_ layers: [Layer]) -> [LayerBits: CostTable.Entry] {
    let parts = Double(layers.count)
    let variance = layers.reduce(0) { $0 + $1.seconds.deviation * $1.seconds.deviation } / parts
    let entry = CostTable.Entry(
      mean: layers.reduce(0) { $0 + $1.latency } / parts,
      standardDeviation: variance.squareRoot(),
      count: layers.reduce(0) { $0 + $1.seconds.count })
    return [LayerBits(32): entry]
  }
}

extension Workload {
  /// The same work, whether it is a network's first or not: no matter to a processor.
  fileprivate func anyPlace() throws(HardwareError) -> Workload {
    try Workload(
      operation, batch: batch, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input, output: output, kernel: kernel, stride: stride, groups: groups)
  }
}
