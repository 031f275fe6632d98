import Hardware
import Testing

/// SCALE-Sim's rows, each of them exactly.
@Suite(
  .enabled(
    if: ReferenceTable.folder != nil, "ESPALIER_HARDWARE_TABLES names no folder of tables"))
struct SystolicParityTests {
  @Test func everyRowIsTheSimulators() throws {
    let rows = try ReferenceTable("scalesim_reference.csv").rows
    #expect(!rows.isEmpty)
    var again = 0
    for row in rows {
      let word = try #require(
        ["os": "output", "ws": "weight", "is": "input"][row.text("dataflow")])
      let model = try #require(
        try DeviceFiles.model(
          "systolic-\(row.text("dataflow"))", "rows=\(row.text("array_rows"))",
          "columns=\(row.text("array_cols"))", "dramBandwidth=1000000") as? Systolic)
      #expect(model.dataflow.rawValue == word)
      let layer = try workload(row)
      let name = "\(row.text("layer")) \(row.text("dataflow")) \(row.text("array_rows"))"
      let cost = try model.cost(of: layer, bits: LayerBits(8))
      #expect(cost.computeCycles == row.integer("closed_form_cycles"), "\(name)")
      #expect(cost.computeCycles - 1 == row.integer("total_cycles"), "\(name)")
      #expect(cost.stallCycles == row.integer("stall_cycles"), "\(name)")
      let folds = model.folds(of: layer)
      #expect(folds.inputReads == row.integer("sram_ifmap_reads"), "\(name)")
      #expect(folds.weightReads == row.integer("sram_filter_reads"), "\(name)")
      #expect(folds.outputWrites == row.integer("sram_ofmap_writes"), "\(name)")
      #expect(cost.accesses.map(\.memory) == ["input", "weight", "output", "dram"])
      // With a set bandwidth the simulator counts whole lines of ten words, and in a few rows it loads
      // weights again; elsewhere inputs and weights come in once.
      guard row.text("dram_bw_words_per_cycle") == "calc" else { continue }
      #expect(cost.accesses[0].writtenBits == 8 * row.integer("dram_ifmap_reads"), "\(name)")
      guard row.integer("dram_filter_reads") == row.integer("N") * row.integer("K") else {
        again += 1
        continue
      }
      #expect(cost.accesses[1].writtenBits == 8 * row.integer("dram_filter_reads"), "\(name)")
    }
    #expect(again * 20 < rows.count)
  }

  private func workload(_ row: [String: String]) throws -> Workload {
    let (m, n, k) = (row.integer("M"), row.integer("N"), row.integer("K"))
    guard row.text("topology") == "conv" else { return try .product(m: m, n: n, k: k) }
    // For example "ifmap16x16x16 k3x3 f32 s1".
    let numbers = row.text("conv_shape").split { !$0.isNumber }.compactMap { Int($0) }
    let (side, channels, kernel, stride) = (numbers[0], numbers[2], numbers[3], numbers[6])
    #expect(numbers[5] == n && kernel * kernel * channels == k)
    let out = (side - kernel) / stride + 1
    return try Workload(
      .convolution, inputChannels: channels, outputChannels: n, input: .init(side),
      output: .init(out), kernel: .init(kernel), stride: .init(stride))
  }
}
