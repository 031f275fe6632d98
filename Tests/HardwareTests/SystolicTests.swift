import Hardware
import Testing
import Units

@Suite struct SystolicTests {
  /// 10 positions, 6 outputs and 7 weights an output on 4 rows and 3 columns, worked out by hand.
  @Test(arguments: [
    // ⌈10/4⌉ ⌈6/3⌉ (7 + 4 + 3 − 2); inputs 70 · 2; weights 42 · 3; outputs 60 + 6 folds · 7
    ("systolic-os", 6 * 12, 140, 126, 102),
    // ⌈7/4⌉ ⌈6/3⌉ (10 + 8 + 3 − 2); inputs 70 · 2; weights 42; outputs 60 · 2
    ("systolic-ws", 4 * 19, 140, 42, 120),
    // ⌈7/4⌉ ⌈10/3⌉ (6 + 8 + 3 − 2); inputs 70; weights 42 · 4; outputs 60 · 2
    ("systolic-is", 8 * 15, 70, 168, 120),
  ])
  func foldsAreCounted(
    name: String, cycles: Int, inputs: Int, weights: Int, outputs: Int
  ) throws {
    let model = try #require(
      try DeviceFiles.model(name, "rows=4", "columns=3", "dramBandwidth=4096") as? Systolic)
    let layer = try Workload.product(m: 10, n: 6, k: 7)
    let folds = model.folds(of: layer)
    #expect(folds.cycles == cycles)
    #expect(folds.inputReads == inputs)
    #expect(folds.weightReads == weights)
    #expect(folds.outputWrites == outputs)
    let cost = try model.cost(of: layer, bits: LayerBits(8))
    #expect(cost.computeCycles == cycles && cost.cycles == cycles && cost.stallCycles == 0)
    #expect(cost.bound == .compute)
    #expect(cost.accesses[0].readBits == 8 * inputs && cost.accesses[1].readBits == 8 * weights)
    #expect(cost.accesses[2].writtenBits == 32 * outputs)
    #expect(cost.accesses[3] == MemoryAccess("dram", readBits: 8 * 112, writtenBits: 8 * 60))
  }

  /// The same product with buffers of 8 bytes, so that 32 bits of each stay.
  @Test(arguments: [
    // Inputs 560 + 528; weights two folds of 3 · 7 · 8 bits wanted three times: 2 · (168 + 2 · 136).
    ("systolic-os", 1088 + 880, 480),
    // Inputs as above, weights once; sums of 10 · 3 · 32 bits in each of two column folds, but for 32.
    ("systolic-ws", 1088 + 336 + 2 * 928, 480 + 2 * 928),
    // Weights 336 + 3 · 304; sums of 6 · 3 · 32 in three folds and of 6 · 1 · 32 in the last.
    ("systolic-is", 560 + 1248 + 3 * 544 + 160, 480 + 3 * 544 + 160),
  ])
  func smallBuffersLoadAgain(name: String, read: Int, written: Int) throws {
    let model = try DeviceFiles.model(
      name, "rows=4", "columns=3", "inputBuffer=8", "weightBuffer=8", "outputBuffer=8",
      "dramBandwidth=1")
    let layer = try Workload.product(m: 10, n: 6, k: 7)
    let cost = try model.cost(of: layer, bits: LayerBits(8))
    #expect(cost.accesses[3] == MemoryAccess("dram", readBits: read, writtenBits: written))
    #expect(cost.cycles == read + written)
    #expect(cost.stallCycles == cost.cycles - cost.computeCycles)
    #expect(cost.bound == .memory)
  }

  @Test func energyIsASumOfItsParts() throws {
    let model = try DeviceFiles.model(
      "systolic-ws", "multiplyEnergy=1", "addEnergy=0.5", "bufferReadEnergy=0",
      "bufferWriteEnergy=0", "dramEnergy=0")
    let cost = try model.cost(of: try .product(m: 10, n: 6, k: 7), bits: LayerBits(8))
    #expect((cost.energy.value * 1e12 / (420 * 64.5) - 1).magnitude < 1e-12)
    let dram = try DeviceFiles.model(
      "systolic-ws", "multiplyEnergy=0", "addEnergy=0", "bufferReadEnergy=0",
      "bufferWriteEnergy=0", "dramEnergy=2")
    let moved = try dram.cost(of: try .product(m: 10, n: 6, k: 7), bits: LayerBits(8))
    #expect((moved.energy.value * 1e12 / (2 * 8 * 172) - 1).magnitude < 1e-12)
  }

  @Test func onlyItsBitsAreSupported() throws {
    let layer = try Workload.product(m: 10, n: 6, k: 7)
    let model = try DeviceFiles.model("systolic-ws")
    #expect(
      throws: HardwareError.unsupportedBits(
        device: "systolic-ws", operand: "weights", bits: 4, supported: "8")
    ) { try model.cost(of: layer, bits: LayerBits(4)) }
    let wider = try DeviceFiles.model("systolic-ws", "weightBits=8,16", "activationBits=8,16")
    let (eight, sixteen) = (
      try wider.cost(of: layer, bits: LayerBits(8)), try wider.cost(of: layer, bits: LayerBits(16))
    )
    #expect(eight.computeCycles == sixteen.computeCycles)
    #expect(eight.energy < sixteen.energy)
  }

  @Test func groupsRunOneAfterTheOther() throws {
    let model = try DeviceFiles.model("systolic-os")
    let one = try Workload(
      .convolution, inputChannels: 1, outputChannels: 1, output: .init(14), kernel: .init(3))
    let many = try Workload(
      .convolution, inputChannels: 96, outputChannels: 96, output: .init(14), kernel: .init(3),
      groups: 96)
    let (single, depthwise) = (
      try model.cost(of: one, bits: LayerBits(8)), try model.cost(of: many, bits: LayerBits(8))
    )
    // 196 positions on 32 rows, one column, 9 weights.
    #expect(single.computeCycles == 7 * (9 + 62))
    #expect(depthwise.computeCycles == 96 * single.computeCycles)
    #expect(depthwise.accesses.map(\.readBits) == single.accesses.map { 96 * $0.readBits })
  }

  @Test(arguments: ["systolic-os", "systolic-ws", "systolic-is"])
  func hugeLayersStopNothing(name: String) throws {
    let most = 1 << 32
    for model in [
      try DeviceFiles.model(name, "rows=1", "columns=1", "dramBandwidth=1", "outputBuffer=1"),
      try DeviceFiles.model(
        name, "rows=\(most)", "columns=\(most)", "accumulatorBits=\(most)", "outputBits=\(most)"),
    ] {
      for layer in [
        try Workload.product(m: 1 << 16, n: 1 << 16, k: 1 << 16),
        try Workload(
          .convolution, inputChannels: 1 << 16, outputChannels: 1 << 16, output: .init(256),
          groups: 1 << 16),
      ] {
        do throws(HardwareError) {
          let cost = try model.cost(of: layer, bits: LayerBits(8))
          #expect(cost.cycles > 0 && cost.stallCycles >= 0)
        } catch {
          guard case .unsupportedLayer = error else {
            Issue.record("\(error)")
            continue
          }
        }
      }
    }
  }
}
