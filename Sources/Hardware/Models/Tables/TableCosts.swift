internal import Units

/// A cost model that looks costs up in a table.
///
/// A layer of a network is looked up by its name, then by its workload; a bare workload by itself. What a
/// table does not say is an error, never a guess; between bits it is a guess only when asked for.
public struct TableCosts: CostModel {
  /// What to do for bits between those of a row.
  public enum Interpolation: String, CaseIterable, Sendable {
    /// They are missing.
    case none
    /// Linear in the weights' bits and in the activations' bits, between the nearest below and above; never
    /// beyond the least and the most.
    case linear
  }

  /// The table.
  public let table: CostTable
  /// What is done between bits.
  public let interpolation: Interpolation
  /// The bits of either side that some row has (or, interpolated, all between them).
  public let supportedBits: SupportedBits
  private let network: [LayerWorkload]
  private let named: [String: CostTable.Row]
  private let shaped: [Workload: CostTable.Row]

  /// The device's name.
  public var device: String { table.device }

  /// Two layers of the same work may have measured differently.
  public var knowsLayersByName: Bool { true }

  /// A model of a table alone.
  ///
  /// - Parameter interpolation: what to do for bits between those of a row.
  public init(_ table: CostTable, interpolation: Interpolation = .none) {
    self.init(table, interpolation: interpolation, network: [])
  }

  /// A model of a table for a network.
  ///
  /// - Throws: `HardwareError.file` when the table is for another network: none of its layers is there, a
  ///   row's name is none of the network's, or a layer's workload differs in some field;
  ///   `missingEntry` when a layer has no row.
  public init(
    _ table: CostTable, for network: [LayerWorkload], interpolation: Interpolation = .none
  ) throws(HardwareError) {
    self.init(table, interpolation: interpolation, network: network)
    try checkNetwork()
  }

  private init(_ table: CostTable, interpolation: Interpolation, network: [LayerWorkload]) {
    self.table = table
    self.interpolation = interpolation
    self.network = network
    var named: [String: CostTable.Row] = [:]
    var shaped: [Workload: CostTable.Row] = [:]
    var (weights, activations): (Set<Int>, Set<Int>) = ([], [])
    for row in table.rows {
      if let layer = row.layer {
        named[layer] = row
      } else if let workload = row.workload {
        shaped[workload.anywhere] = row
      }
      weights.formUnion(row.entries.keys.map(\.weights.value))
      activations.formUnion(row.entries.keys.map(\.activations.value))
    }
    self.named = named
    self.shaped = shaped
    func whole(_ bits: Set<Int>) -> [Int] {
      guard interpolation == .linear, let least = bits.min(), let most = bits.max() else {
        return Array(bits)
      }
      return Array(least...most)
    }
    supportedBits = SupportedBits(weights: whole(weights), activations: whole(activations))
  }

  /// What one layer costs, by its workload.
  ///
  /// - Throws: `HardwareError.missingEntry`.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    let layer = LayerWorkload(workload.summary, workload)
    guard let row = shaped[workload.anywhere] else { throw missing(layer, wanted: "its workload") }
    return try cost(of: layer, bits: bits, in: row)
  }

  /// What a layer of a network costs, by its name or else by its workload.
  ///
  /// - Throws: `HardwareError.missingEntry`; `file` when the row of that name has another workload or batch.
  public func cost(of layer: LayerWorkload, bits: LayerBits) throws(HardwareError) -> Cost {
    guard let row = row(of: layer) else { throw missing(layer, wanted: "its name or workload") }
    try check(layer, against: row)
    return try cost(of: layer, bits: bits, in: row)
  }

  // MARK: - Rows

  private func row(of layer: LayerWorkload) -> CostTable.Row? {
    named[layer.name] ?? shaped[layer.workload.anywhere]
  }

  private func missing(_ layer: LayerWorkload, wanted: String) -> HardwareError {
    let layers = network.isEmpty ? [layer] : network
    return .missingEntry(
      table: table.name, layer: layer.name, wanted: wanted,
      covered: layers.count { row(of: $0) != nil }, of: layers.count)
  }

  private func checkNetwork() throws(HardwareError) {
    let names = Set(network.map(\.name))
    let uncovered = network.first { row(of: $0) == nil }
    if let uncovered, network.allSatisfy({ row(of: $0) == nil }) {
      throw .file(
        name: table.name, place: "layers",
        expected: "layers of the network, such as '\(uncovered.name)'",
        found: "none of its \(network.count)")
    }
    if let stranger = table.rows.compactMap(\.layer).first(where: { !names.contains($0) }) {
      throw .file(
        name: table.name, place: "layer '\(stranger)'",
        expected: "a layer of the network, which has \(network.count)",
        found: "a name that is not there")
    }
    for layer in network {
      if let row = row(of: layer) { try check(layer, against: row) }
    }
    if let uncovered { throw missing(uncovered, wanted: "its name or workload") }
  }

  private func check(
    _ layer: LayerWorkload, against row: CostTable.Row
  ) throws(HardwareError) {
    let found = layer.workload.anywhere.fields
    let expected = row.workload?.anywhere.fields ?? table.batch.map { [("batch", "\($0)")] } ?? []
    for (field, value) in expected {
      guard let other = found.first(where: { $0.0 == field })?.1, other != value else { continue }
      throw .file(
        name: table.name, place: "layer '\(layer.name)', field '\(field)'",
        expected: "\(other), as in the network", found: value)
    }
  }

  // MARK: - Entries

  private func cost(
    of layer: LayerWorkload, bits: LayerBits, in row: CostTable.Row
  ) throws(HardwareError) -> Cost {
    let entry =
      if let entry = row.entries[bits] {
        entry
      } else if interpolation == .linear, let entry = row.entries.interpolated(at: bits) {
        entry
      } else {
        throw missing(layer, wanted: "\(bits) bits")
      }
    let latency = table.unit.seconds(entry.mean)
    var cycles = 0
    if case .cycles = table.unit { cycles = try CheckedCount.roundedUp("cycles", entry.mean) }
    return Cost(
      latency: latency, energy: entry.energy ?? Joules((table.power ?? 0) * latency.value),
      cycles: cycles, computeCycles: cycles, stallCycles: 0, bound: .mixed)
  }
}

extension CostTable.Unit {
  /// The time that a number of this unit is.
  func seconds(_ number: Double) -> Seconds {
    switch self {
    case .cycles(let clock): Seconds(number / clock)
    case .seconds: Seconds(number)
    case .milliseconds: Seconds(number * 1e-3)
    }
  }
}
