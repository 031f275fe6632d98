public import Foundation
internal import Units

extension CostTable {
  /// Reads a table from JSON.
  ///
  /// - Parameter file: the name that messages give it.
  /// - Throws: `HardwareError.file` with the field that is missing or of another kind, and as making a
  ///   table does.
  public init(json: Data, file: String) throws(HardwareError) {
    let written: Written
    do {
      written = try JSONDecoder().decode(Written.self, from: json)
    } catch {
      throw JSONFault.failure(error, in: json, file: file)
    }
    guard written.schemaVersion == 1 else {
      throw .file(
        name: file, place: "field 'schemaVersion'", expected: "1", found: "\(written.schemaVersion)"
      )
    }
    var rows: [Row] = []
    for (index, row) in written.rows.enumerated() {
      rows.append(
        try row.row(file: file, place: row.layer.map { "layer '\($0)'" } ?? "row \(index)"))
    }
    try self.init(
      name: written.name, device: written.device,
      unit: Unit(word: written.unit, clock: written.clock, file: file), power: written.power,
      batch: written.batch, rows: rows)
  }

  /// The table as JSON: sorted keys, entries by bits, the shortest decimals that read back the same; equal
  /// tables are equal bytes.
  ///
  /// - Throws: `HardwareError.file` when it cannot be encoded.
  public func json() throws(HardwareError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(Written(self)) + Data("\n".utf8)
    } catch {
      throw .file(name: name, place: "the table", expected: "JSON", found: "\(error)")
    }
  }

  private struct Written: Codable {
    let schemaVersion: Int
    let name: String
    let device: String
    let unit: String
    let clock: Double?
    let power: Double?
    let batch: Int?
    let rows: [WrittenRow]

    init(_ table: CostTable) {
      schemaVersion = 1
      name = table.name
      device = table.device
      unit = table.unit.word
      clock = table.unit.clock
      power = table.power
      batch = table.batch
      rows = table.rows.map { row in
        WrittenRow(
          layer: row.layer, workload: row.workload.map { WorkloadFields($0) },
          entries: row.entries.inBitOrder.map { WrittenEntry(bits: $0.key, entry: $0.value) })
      }
    }
  }

  private struct WrittenRow: Codable {
    let layer: String?
    let workload: WorkloadFields?
    let entries: [WrittenEntry]

    func row(file: String, place: String) throws(HardwareError) -> Row {
      var known: [LayerBits: Entry] = [:]
      for written in entries {
        let bits = LayerBits(
          weights: BitWidth(written.weightBits), activations: BitWidth(written.activationBits))
        let entry = Entry(
          mean: written.mean, standardDeviation: written.standardDeviation, count: written.count,
          energy: written.energyJoules.map { Joules($0) })
        guard known.updateValue(entry, forKey: bits) == nil else {
          throw .file(
            name: file, place: "\(place), \(bits) bits", expected: "each bits once",
            found: "them again")
        }
      }
      return Row(
        layer: layer, workload: try workload?.workload(file: file, place: place), entries: known)
    }
  }

  private struct WrittenEntry: Codable {
    let weightBits: Int
    let activationBits: Int
    let mean: Double
    let standardDeviation: Double?
    let count: Int?
    let energyJoules: Double?

    init(bits: LayerBits, entry: Entry) {
      weightBits = bits.weights.value
      activationBits = bits.activations.value
      mean = entry.mean
      standardDeviation = entry.standardDeviation
      count = entry.count
      energyJoules = entry.energy?.value
    }
  }
}

extension CostTable.Unit {
  /// The unit of a file's word and clock.
  ///
  /// - Throws: `HardwareError.file` for another word, and for cycles without a clock.
  init(word: String, clock: Double?, file: String) throws(HardwareError) {
    switch (word, clock) {
    case ("cycles", let clock?): self = .cycles(clock: clock)
    case ("cycles", nil):
      throw .file(
        name: file, place: "clock", expected: "it to be there for cycles", found: "nothing")
    case ("s", nil): self = .seconds
    case ("ms", nil): self = .milliseconds
    case ("s", _), ("ms", _):
      throw .file(name: file, place: "clock", expected: "none for '\(word)'", found: "one")
    default:
      throw .file(name: file, place: "unit", expected: "cycles, s or ms", found: "'\(word)'")
    }
  }

  /// The word of files.
  var word: String {
    switch self {
    case .cycles: "cycles"
    case .seconds: "s"
    case .milliseconds: "ms"
    }
  }

  /// The clock of cycles.
  var clock: Double? {
    if case .cycles(let clock) = self { clock } else { nil }
  }
}
