import Hardware
import Testing
import Units

/// The published simulator's rows, each of them to the bit.
@Suite(
  .enabled(
    if: ReferenceTable.folder != nil, "ESPALIER_HARDWARE_TABLES names no folder of tables"))
struct BitFusionParityTests {
  @Test func everyRowIsTheSimulators() throws {
    let rows = try ReferenceTable("bitfusion_reference.csv").rows
    #expect(!rows.isEmpty)
    var models: [String: BitFusion] = [:]
    for row in rows {
      let constants = [
        "rows=\(row.text("N"))", "columns=\(row.text("M"))",
        "dramBandwidth=\(row.text("bw_bits_per_cycle"))",
        "weightBuffer=\(row.text("wbuf_bytes"))", "inputBuffer=\(row.text("ibuf_bytes"))",
        "outputBuffer=\(row.text("obuf_bytes"))", "clock=\(row.text("freq_hz"))",
      ]
      let key = constants.joined()
      if models[key] == nil {
        let device = try DeviceFiles.device("bitfusion-e").setting(constants)
        models[key] = try device.costModel() as? BitFusion
      }
      try check(row, with: try #require(models[key]))
    }
  }

  private func check(_ row: [String: String], with model: BitFusion) throws {
    let layer = try Workload(
      row.text("kind") == "fc" ? .dense : .convolution, batch: row.integer("batch"),
      inputChannels: row.integer("IC"), outputChannels: row.integer("OC"),
      output: .init(row.integer("O")), kernel: .init(row.integer("K")),
      stride: .init(row.integer("S")), isFirst: row.text("im2col") == "1")
    let cost = try model.cost(
      of: layer,
      bits: LayerBits(
        weights: BitWidth(row.integer("w_bits")), activations: BitWidth(row.integer("a_bits"))))
    let name = "\(row.text("set")) \(row.text("network")) \(row.text("layer"))"
    #expect(layer.macs == row.integer("macs"), "\(name)")
    #expect(cost.cycles == row.integer("cycles"), "\(name)")
    #expect(cost.stallCycles == row.integer("mem_stall_cycles"), "\(name)")
    #expect(cost.computeCycles == row.integer("compute_cycles"), "\(name)")
    for access in cost.accesses {
      #expect(access.readBits == row.integer("\(access.memory)_rd_bits"), "\(name)")
      #expect(access.writtenBits == row.integer("\(access.memory)_wr_bits"), "\(name)")
    }
    let shares = model.energyShares(of: cost)
    for (energy, column) in [
      (shares.array, "core"), (shares.buffers, "sram"), (shares.dram, "dram"),
      (cost.energy, "total"),
    ] {
      let ratio = energy.value * 1e9 / row.number("energy_\(column)_nJ")
      #expect((ratio - 1).magnitude < 1e-6, "\(name): \(column)")
    }
    #expect((cost.latency.value * 1e3 / row.number("latency_ms") - 1).magnitude < 1e-6, "\(name)")
  }
}
