import Foundation
public import Units

/// Costs that were measured, or worked out elsewhere: rows for layers, in each row entries for bits.
///
/// A row with a name is for the layer of that name in one network; its workload, where there is one, is what
/// that layer must be. A row without is for every layer of its workload, in any network. Files: JSON, CSV
/// and NumPy arrays (the page beside this file has the formats); `TableCosts` is the cost model.
public struct CostTable: Equatable, Sendable {
  /// The table's name, which messages use.
  public let name: String
  /// The device whose costs these are.
  public let device: String
  /// What an entry's number is.
  public let unit: Unit
  /// Watts that the device draws, for entries without an energy; none when not known.
  public let power: Double?
  /// The examples that entries are for, when rows have no workload to say so.
  public let batch: Int?
  /// The rows, in the table's order.
  public let rows: [Row]

  /// What an entry's number is.
  public enum Unit: Equatable, Sendable {
    /// Clock cycles, with the clock in Hz.
    case cycles(clock: Double)
    case seconds
    case milliseconds
  }

  /// A layer's entries.
  public struct Row: Equatable, Sendable {
    /// The layer's name in its network.
    public var layer: String?
    /// The layer's work; whether it is the network's first does not count.
    public var workload: Workload?
    /// What it costs at each of its bits.
    public var entries: [LayerBits: Entry]

    /// A row.
    public init(layer: String?, workload: Workload?, entries: [LayerBits: Entry]) {
      self.layer = layer
      self.workload = workload
      self.entries = entries
    }
  }

  /// What a layer costs at some bits.
  public struct Entry: Equatable, Sendable {
    /// The time of the batch, in the table's unit.
    public var mean: Double
    /// The standard deviation of single measurements, in the table's unit.
    public var standardDeviation: Double?
    /// How many measurements the mean is of.
    public var count: Int?
    /// The energy of the batch.
    public var energy: Joules?

    /// An entry.
    public init(
      mean: Double, standardDeviation: Double? = nil, count: Int? = nil, energy: Joules? = nil
    ) {
      self.mean = mean
      self.standardDeviation = standardDeviation
      self.count = count
      self.energy = energy
    }
  }

  /// A checked table.
  ///
  /// - Throws: `HardwareError.file` for no rows, a row without name and workload or without entries, a name
  ///   or a nameless workload that comes twice, bits that are not from 1 to 32, and numbers that are negative
  ///   or not finite.
  public init(
    name: String, device: String, unit: Unit, power: Double? = nil, batch: Int? = nil, rows: [Row]
  ) throws(HardwareError) {
    self.name = name
    self.device = device
    self.unit = unit
    self.power = power
    self.batch = batch
    self.rows = rows
    try checkHead()
    var names: Set<String> = []
    var workloads: Set<Workload> = []
    for (index, row) in rows.enumerated() {
      let place = row.layer.map { "layer '\($0)'" } ?? "row \(index)"
      if let layer = row.layer {
        guard names.insert(layer).inserted else {
          throw .file(name: name, place: place, expected: "each name once", found: "it again")
        }
      } else if let workload = row.workload {
        guard workloads.insert(workload.anywhere).inserted else {
          throw .file(name: name, place: place, expected: "each workload once", found: "it again")
        }
      } else {
        throw .file(
          name: name, place: place, expected: "a layer's name or a workload", found: "neither")
      }
      try check(row.entries, place: place)
    }
  }

  private func checkHead() throws(HardwareError) {
    if case .cycles(let clock) = unit, !(clock.isFinite && clock > 0) {
      throw .file(name: name, place: "clock", expected: "a number above 0", found: "\(clock)")
    }
    if let power, !(power.isFinite && power >= 0) {
      throw .file(name: name, place: "power", expected: "a number from 0", found: "\(power)")
    }
    if let batch, !(1...Workload.largestExtent).contains(batch) {
      throw .file(name: name, place: "batch", expected: "at least 1", found: "\(batch)")
    }
    guard !rows.isEmpty else {
      throw .file(name: name, place: "rows", expected: "at least one", found: "none")
    }
  }

  private func check(_ entries: [LayerBits: Entry], place: String) throws(HardwareError) {
    guard !entries.isEmpty else {
      throw .file(name: name, place: place, expected: "at least one entry", found: "none")
    }
    for (bits, entry) in entries.inBitOrder {
      for side in [bits.weights, bits.activations]
      where !BitWidth.quantizable.contains(side.value) {
        throw .file(
          name: name, place: "\(place), \(bits) bits", expected: "bits from 1 to 32",
          found: "\(side.value)")
      }
      let numbers = [entry.mean, entry.standardDeviation ?? 0, entry.energy?.value ?? 0]
      for number in numbers where !(number.isFinite && number >= 0) {
        throw .file(
          name: name, place: "\(place), \(bits) bits", expected: "a number from 0",
          found: "\(number)")
      }
      if let count = entry.count, count < 1 {
        throw .file(
          name: name, place: "\(place), \(bits) bits", expected: "a count of at least 1",
          found: "\(count)")
      }
    }
  }

  /// The same table for the layers of a network in its order, when files only number them.
  ///
  /// - Throws: `HardwareError.file` when there are more or fewer names than rows, or one twice.
  public func naming(layers names: [String]) throws(HardwareError) -> CostTable {
    guard names.count == rows.count else {
      throw .file(
        name: name, place: "layers", expected: "as many as the table has rows, \(rows.count)",
        found: "\(names.count)")
    }
    let renamed = zip(rows, names).map { row, name in
      Row(layer: name, workload: row.workload, entries: row.entries)
    }
    return try CostTable(
      name: name, device: device, unit: unit, power: power, batch: batch, rows: renamed)
  }
}

extension [LayerBits: CostTable.Entry] {
  /// The entries by weight bits, then activation bits.
  var inBitOrder: [(key: LayerBits, value: CostTable.Entry)] {
    sorted {
      ($0.key.weights.value, $0.key.activations.value)
        < ($1.key.weights.value, $1.key.activations.value)
    }
  }
}

extension Workload {
  /// The same work at any place of a network: what a table knows a layer by.
  var anywhere: Workload {
    guard isFirst else { return self }
    let same = try? Workload(
      operation, batch: batch, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input, output: output, kernel: kernel, stride: stride, groups: groups)
    return same ?? self
  }
}
