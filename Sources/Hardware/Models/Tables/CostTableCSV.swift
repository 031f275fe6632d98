internal import Units

extension CostTable {
  /// Reads a table from comma-separated values.
  ///
  /// Lines `# name: …`, `# device: …`, `# unit: cycles|s|ms`, `# clock: …` (with cycles), and if need be
  /// `# power: …` and `# batch: …` come first; then the columns' names; then a line an entry. Columns are
  /// `layer`, the fields of a workload (`operation`, `inputChannels` …; either or both), `weightBits`,
  /// `activationBits`, `mean`, and if need be `standardDeviation`, `count`, `energyJoules`. An empty field is
  /// one that is not there. Entries of one layer may stand anywhere.
  ///
  /// - Parameter file: the name that messages give it.
  /// - Throws: `HardwareError.file` with the line or the key, and as making a table does.
  public init(csv: String, file: String) throws(HardwareError) {
    let values = try SeparatedValues(csv, file: file)
    let head = try Head(values.head, file: file)
    let known = ["layer"] + WorkloadFields.names + Self.entryColumns
    if let stranger = values.columns.first(where: { !known.contains($0) }) {
      throw .file(
        name: file, place: "column '\(stranger)'",
        expected: "one of \(known.joined(separator: ", "))",
        found: "another name")
    }
    var rows: [Row] = []
    var places: [RowKey: Int] = [:]
    for (index, fields) in values.lines.enumerated() {
      let place = "entry \(index + 1)"
      let line = Line(
        fields: Dictionary(uniqueKeysWithValues: zip(values.columns, fields)), file: file,
        place: place)
      let key = RowKey(layer: line.text("layer"), workload: try line.workload())
      let bits = LayerBits(
        weights: BitWidth(try line.count("weightBits")),
        activations: BitWidth(try line.count("activationBits")))
      let entry = try line.entry()
      let row = places[key] ?? rows.count
      if row == rows.count {
        places[key] = row
        rows.append(Row(layer: key.layer, workload: key.workload, entries: [:]))
      }
      guard rows[row].entries.updateValue(entry, forKey: bits) == nil else {
        throw .file(
          name: file, place: place, expected: "each layer and bits once", found: "\(bits) again")
      }
    }
    try self.init(
      name: head.name, device: head.device, unit: head.unit, power: head.power, batch: head.batch,
      rows: rows)
  }

  /// The table as comma-separated values; equal tables are equal texts.
  public var csv: String {
    let hasWorkloads = rows.contains { $0.workload != nil }
    var values = SeparatedValues(
      columns: ["layer"] + (hasWorkloads ? WorkloadFields.names : []) + Self.entryColumns)
    values.head = ["name": name, "device": device, "unit": unit.word]
    values.head["clock"] = unit.clock.map { "\($0)" }
    values.head["power"] = power.map { "\($0)" }
    values.head["batch"] = batch.map { "\($0)" }
    for row in rows {
      let shape =
        row.workload?.fields.map(\.1) ?? Array(repeating: "", count: WorkloadFields.names.count)
      for (bits, entry) in row.entries.inBitOrder {
        values.lines.append(
          [row.layer ?? ""] + (hasWorkloads ? shape : []) + [
            "\(bits.weights.value)", "\(bits.activations.value)", "\(entry.mean)",
            entry.standardDeviation.map { "\($0)" } ?? "", entry.count.map { "\($0)" } ?? "",
            entry.energy.map { "\($0.value)" } ?? "",
          ])
      }
    }
    return values.text
  }

  private static let entryColumns = [
    "weightBits", "activationBits", "mean", "standardDeviation", "count", "energyJoules",
  ]

  private struct RowKey: Hashable {
    let layer: String?
    let workload: Workload?
  }

  /// What stands before the columns.
  private struct Head {
    let name: String
    let device: String
    let unit: Unit
    let power: Double?
    let batch: Int?

    init(_ head: [String: String], file: String) throws(HardwareError) {
      let known = ["name", "device", "unit", "clock", "power", "batch"]
      if let stranger = head.keys.sorted().first(where: { !known.contains($0) }) {
        throw .file(
          name: file, place: "'# \(stranger)'",
          expected: "one of \(known.joined(separator: ", "))", found: "another key")
      }
      let line = Line(fields: head, file: file, place: "the head")
      name = try line.required("name")
      device = try line.required("device")
      unit = try Unit(word: line.required("unit"), clock: line.number("clock"), file: file)
      power = try line.number("power")
      batch = try line.text("batch") == nil ? nil : line.count("batch")
    }
  }

  /// The fields of one line by column.
  private struct Line {
    let fields: [String: String]
    let file: String
    let place: String

    func text(_ column: String) -> String? {
      fields[column].flatMap { $0.isEmpty ? nil : $0 }
    }

    func required(_ column: String) throws(HardwareError) -> String {
      guard let text = text(column) else {
        throw .file(
          name: file, place: "\(place), '\(column)'", expected: "a value", found: "nothing")
      }
      return text
    }

    func count(_ column: String) throws(HardwareError) -> Int {
      let text = try required(column)
      guard let count = Int(text) else {
        throw .file(
          name: file, place: "\(place), '\(column)'", expected: "a whole number",
          found: "'\(text)'")
      }
      return count
    }

    func number(_ column: String) throws(HardwareError) -> Double? {
      guard let text = text(column) else { return nil }
      guard let number = Double(text), number.isFinite else {
        throw .file(
          name: file, place: "\(place), '\(column)'", expected: "a number", found: "'\(text)'")
      }
      return number
    }

    func entry() throws(HardwareError) -> Entry {
      let mean = try number("mean")
      guard let mean else {
        throw .file(name: file, place: "\(place), 'mean'", expected: "a value", found: "nothing")
      }
      return Entry(
        mean: mean, standardDeviation: try number("standardDeviation"),
        count: try text("count") == nil ? nil : count("count"),
        energy: try number("energyJoules").map { Joules($0) })
    }

    func workload() throws(HardwareError) -> Workload? {
      guard let operation = text("operation") else { return nil }
      func optional(_ column: String) throws(HardwareError) -> Int? {
        try text(column) == nil ? nil : count(column)
      }
      let fields = WorkloadFields(
        operation: operation, batch: try optional("batch"),
        inputChannels: try count("inputChannels"), outputChannels: try count("outputChannels"),
        inputHeight: try optional("inputHeight"), inputWidth: try optional("inputWidth"),
        outputHeight: try count("outputHeight"), outputWidth: try count("outputWidth"),
        kernelHeight: try optional("kernelHeight"), kernelWidth: try optional("kernelWidth"),
        strideHeight: try optional("strideHeight"), strideWidth: try optional("strideWidth"),
        groups: try optional("groups"))
      return try fields.workload(file: file, place: place)
    }
  }
}
