import Foundation
import Hardware
import Testing
import Units

@Suite struct CostTableTests {
  static func bits(_ weights: Int, _ activations: Int) -> LayerBits {
    LayerBits(weights: .init(weights), activations: .init(activations))
  }

  static func workload(output: Int = 16, isFirst: Bool = false) throws -> Workload {
    try Workload(
      .convolution, batch: 2, inputChannels: 8, outputChannels: output, output: .init(7, 5),
      kernel: .init(3, 1), stride: .init(2, 1), groups: 4, isFirst: isFirst)
  }

  /// Two named layers, one with its workload, and a nameless workload.
  static func table() throws -> CostTable {
    try CostTable(
      name: "a, \"b\"", device: "toy", unit: .milliseconds, power: 3,
      rows: [
        .init(
          layer: "conv, 1", workload: workload(),
          entries: [
            bits(8, 8): .init(mean: 0.1 + 0.2, standardDeviation: 1e-17, count: 7),
            bits(4, 8): .init(mean: 1.25, energy: Joules(0.5)), bits(4, 4): .init(mean: 1),
            bits(8, 4): .init(mean: 2),
          ]),
        .init(layer: "dense", workload: nil, entries: [bits(8, 8): .init(mean: 123_456_789)]),
        .init(
          layer: nil, workload: workload(output: 32), entries: [bits(8, 8): .init(mean: 4)]),
      ])
  }

  @Test func filesReadBackAsTheyWere() throws {
    let table = try Self.table()
    let json = try table.json()
    #expect(try CostTable(json: json, file: "t.json") == table)
    #expect(try CostTable(json: json, file: "t.json").json() == json)
    #expect(try CostTable(csv: table.csv, file: "t.csv") == table)
    #expect(try CostTable(csv: table.csv, file: "t.csv").csv == table.csv)
  }

  @Test func fieldsOfCommaSeparatedTablesMayBeQuotedAndEndAnyhow() throws {
    let head = "\u{FEFF}# name: n\r\n\r\n# device: a, \"d\"\r\n# unit: s\r\n"
    let text = head + "layer, weightBits,activationBits,mean\r\n\"two\nlines, one\",8, 8,0.5\r\n"
    let table = try CostTable(csv: text, file: "t.csv")
    #expect(table.device == "a, \"d\"" && table.rows.map(\.layer) == ["two\nlines, one"])
    #expect(try CostTable(csv: table.csv, file: "t.csv") == table)
    #expect(
      throws: HardwareError.file(
        name: "t.csv", place: "line 6", expected: "4 fields", found: "3")
    ) { try CostTable(csv: text.replacing("8, 8", with: "8"), file: "t.csv") }
  }

  @Test func theJSONIsCanonical() throws {
    let table = try CostTable(
      name: "n", device: "d", unit: .cycles(clock: 2e8),
      rows: [
        .init(
          layer: "x", workload: nil,
          entries: [Self.bits(8, 8): .init(mean: 0.25), Self.bits(8, 2): .init(mean: 3)])
      ])
    let expected = """
      {
        "clock" : 200000000,
        "device" : "d",
        "name" : "n",
        "rows" : [
          {
            "entries" : [
              {
                "activationBits" : 2,
                "mean" : 3,
                "weightBits" : 8
              },
              {
                "activationBits" : 8,
                "mean" : 0.25,
                "weightBits" : 8
              }
            ],
            "layer" : "x"
          }
        ],
        "schemaVersion" : 1,
        "unit" : "cycles"
      }

      """
    #expect(String(decoding: try table.json(), as: UTF8.self) == expected)
  }

  @Test func entriesBecomeCosts() throws {
    let model = TableCosts(try Self.table())
    #expect(model.supportedBits == SupportedBits(weights: [4, 8], activations: [4, 8]))
    let named = LayerWorkload("conv, 1", try Self.workload(isFirst: true))
    let four = try model.cost(of: named, bits: Self.bits(4, 8))
    #expect(four.latency == Seconds(1.25 * 1e-3))
    #expect(four.energy == Joules(0.5))
    let full = try model.cost(of: named, bits: Self.bits(8, 4))
    #expect(full.energy == Joules(3 * full.latency.value))
    // Known by its workload, whatever its name and place.
    let shaped = LayerWorkload("elsewhere", try Self.workload(output: 32, isFirst: true))
    #expect(try model.cost(of: shaped, bits: LayerBits(8)).latency == Seconds(4 * 1e-3))
    #expect(try model.cost(of: shaped.workload, bits: LayerBits(8)).latency == Seconds(4 * 1e-3))
  }

  @Test func namesOutliveRememberedCosts() throws {
    let model = RememberedCosts(TableCosts(try Self.table()))
    let layer = LayerWorkload("conv, 1", try Self.workload())
    #expect(try model.cost(of: layer, bits: Self.bits(4, 4)).latency == Seconds(1 * 1e-3))
    let shaped = LayerWorkload("elsewhere", try Self.workload(output: 32))
    #expect(try model.cost(of: shaped, bits: LayerBits(8)).latency == Seconds(4 * 1e-3))
  }

  @Test func whatIsMissingIsNamed() throws {
    let layers = [
      LayerWorkload("conv, 1", try Self.workload()),
      LayerWorkload("dense", try Self.workload(output: 64)),
      LayerWorkload("other", try Self.workload(output: 48)),
    ]
    let table = try Self.table()
    #expect(
      throws: HardwareError.missingEntry(
        table: "a, \"b\"", layer: "other", wanted: "its name or workload", covered: 2, of: 3)
    ) { try TableCosts(table, for: layers) }
    let model = try TableCosts(table, for: Array(layers.prefix(2)))
    #expect(
      throws: HardwareError.missingEntry(
        table: "a, \"b\"", layer: "dense", wanted: "4/8 bits", covered: 2, of: 2)
    ) { try model.cost(of: layers[1], bits: Self.bits(4, 8)) }
    #expect(throws: HardwareError.self) {
      try model.cost(of: Self.workload(output: 48), bits: LayerBits(8))
    }
  }

  @Test func aTableForAnotherNetworkIsRefused() throws {
    let table = try Self.table()
    #expect(
      throws: HardwareError.file(
        name: "a, \"b\"", place: "layer 'conv, 1', field 'outputChannels'",
        expected: "20, as in the network", found: "16")
    ) {
      try TableCosts(
        table,
        for: [
          LayerWorkload("conv, 1", Self.workload(output: 20)),
          LayerWorkload("dense", Self.workload()),
        ])
    }
    #expect(
      throws: HardwareError.file(
        name: "a, \"b\"", place: "layers", expected: "layers of the network, such as 'x'",
        found: "none of its 1")
    ) { try TableCosts(table, for: [LayerWorkload("x", Self.workload(output: 4))]) }
    #expect(
      throws: HardwareError.file(
        name: "a, \"b\"", place: "layer 'dense'", expected: "a layer of the network, which has 1",
        found: "a name that is not there")
    ) { try TableCosts(table, for: [LayerWorkload("conv, 1", Self.workload())]) }
    let batched = try CostTable(
      name: "b", device: "d", unit: .seconds, batch: 16,
      rows: [.init(layer: "x", workload: nil, entries: [LayerBits(8): .init(mean: 1)])])
    #expect(
      throws: HardwareError.file(
        name: "b", place: "layer 'x', field 'batch'", expected: "2, as in the network", found: "16")
    ) {
      try TableCosts(batched).cost(of: LayerWorkload("x", Self.workload()), bits: LayerBits(8))
    }
  }

  @Test func betweenBitsOnlyWhenAsked() throws {
    let table = try Self.table()
    let layer = LayerWorkload("conv, 1", try Self.workload())
    #expect(throws: HardwareError.self) {
      try TableCosts(table).cost(of: layer, bits: Self.bits(5, 8))
    }
    let model = TableCosts(table, interpolation: .linear)
    #expect(model.supportedBits.weights == [4, 5, 6, 7, 8])
    func latency(_ weights: Int, _ activations: Int) throws -> Double {
      try model.cost(of: layer, bits: Self.bits(weights, activations)).latency.value * 1e3
    }
    #expect(try latency(4, 8) == 1.25)
    #expect(abs(try latency(5, 8) - (0.75 * 1.25 + 0.25 * 0.3)) < 1e-12)
    // Corners 1, 1.25, 2 and 0.3 at shares of a half and three quarters.
    let expected = 0.5 * (0.25 * 1 + 0.75 * 1.25) + 0.5 * (0.25 * 2 + 0.75 * 0.3)
    #expect(abs(try latency(6, 7) - expected) < 1e-12)
    #expect(throws: HardwareError.self) { try latency(3, 8) }
    let dense = LayerWorkload("dense", try Self.workload())
    #expect(throws: HardwareError.self) { try model.cost(of: dense, bits: Self.bits(5, 8)) }
  }

  @Test func wrongTablesAreRefused() throws {
    let entries = [LayerBits(8): CostTable.Entry(mean: 1)]
    func table(_ rows: [CostTable.Row], clock: Double = 1) throws -> CostTable {
      try CostTable(name: "n", device: "d", unit: .cycles(clock: clock), rows: rows)
    }
    let row = CostTable.Row(layer: "x", workload: nil, entries: entries)
    _ = try table([row])
    for rows in [
      [], [row, row], [.init(layer: nil, workload: nil, entries: entries)],
      [.init(layer: "x", workload: nil, entries: [:])],
      [.init(layer: "x", workload: nil, entries: [LayerBits(8): .init(mean: -1)])],
      [.init(layer: "x", workload: nil, entries: [LayerBits(8): .init(mean: .infinity)])],
      [.init(layer: "x", workload: nil, entries: [LayerBits(33): .init(mean: 1)])],
    ] {
      #expect(throws: HardwareError.self) { try table(rows) }
    }
    #expect(throws: HardwareError.self) { try table([row], clock: 0) }
    #expect(throws: HardwareError.self) { try table([row]).naming(layers: ["a", "b"]) }
    #expect(try table([row]).naming(layers: ["a"]).rows[0].layer == "a")
  }

  @Test(arguments: [
    ("# name: n\n# device: d\n# unit: h\nlayer,weightBits,activationBits,mean\nx,8,8,1\n", "unit"),
    (
      "# name: n\n# device: d\n# unit: cycles\nlayer,weightBits,activationBits,mean\nx,8,8,1",
      "clock"
    ),
    ("# name: n\n# device: d\n# unit: s\nlayer,bits,mean\nx,8,1\n", "column 'bits'"),
    ("# name: n\n# device: d\n# unit: s\nlayer,weightBits,activationBits,mean\nx,8,1\n", "line 5"),
    (
      "# name: n\n# device: d\n# unit: s\nlayer,weightBits,activationBits,mean\nx,8,8,nan\n",
      "entry 1, 'mean'"
    ),
    (
      "# name: n\n# device: d\n# unit: s\nlayer,weightBits,activationBits,mean\nx,8,8,1\nx,8,8,1\n",
      "entry 2"
    ),
    ("# name: n\nlayer,weightBits,activationBits,mean\nx,8,8,1\n", "the head, 'device'"),
    ("", "the file"),
  ])
  func wrongLinesAreNamed(text: String, place: String) {
    do {
      _ = try CostTable(csv: text, file: "t.csv")
      Issue.record("read")
    } catch {
      guard case HardwareError.file("t.csv", place, _, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
