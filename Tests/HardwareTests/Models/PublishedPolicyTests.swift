import Foundation
import Hardware
import Testing

/// HAQ's table as a device, and its published policy at 0.6 of the latency.
@Suite struct PublishedPolicyTests {
  private struct Policies: Decodable {
    let mobilenetv2_linear_latency_0_6: Policy

    struct Policy: Decodable {
      let weightAndActivationBits: [[Int]]
    }

    enum CodingKeys: String, CodingKey {
      case mobilenetv2_linear_latency_0_6 = "mobilenetv2_linear_latency_0.6"
    }
  }

  private func model(_ table: HAQTable) throws -> TableCosts {
    var text = "# name: haq\n# device: vu9p\n# unit: cycles\n# clock: 200000000\n# batch: 16\n"
    text += "layer,weightBits,activationBits,mean\n"
    for (layer, entries) in zip(table.layers, table.cycles) {
      for (w, row) in entries.enumerated() {
        for (a, cycles) in row.enumerated() {
          text += "\(layer.name),\(w + 1),\(a + 1),\(cycles)\n"
        }
      }
    }
    return try TableCosts(CostTable(csv: text, file: "haq.csv"), for: table.layers)
  }

  @Test func thePolicyCostsWhatWasPublished() throws {
    guard let table = try HAQTable(),
      let data = DeviceFiles.reference("haq_published_policies.json")
    else {
      print(DeviceFiles.skipped)
      return
    }
    let policy = try JSONDecoder().decode(Policies.self, from: data)
      .mobilenetv2_linear_latency_0_6.weightAndActivationBits
    #expect(policy.count == 53)
    let model = try model(table)
    func total(firstActivations: Int) throws -> Double {
      let bits = policy.map { pair in
        CostTableTests.bits(pair[0], pair[1] == -1 ? firstActivations : pair[1])
      }
      return Double(try model.total(of: table.layers, bits: bits).cycles)
    }
    let full = Double(
      try model.total(of: table.layers, bits: table.layers.map { _ in LayerBits(8) }).cycles)
    #expect(full == 39_624_933)
    // An image has eight bits; the published code reads the column before the last, that of seven.
    #expect(abs(try total(firstActivations: 8) / full - 0.5965) < 0.00005)
    #expect(abs(try total(firstActivations: 7) / full - 0.5914) < 0.00005)
  }

  @Test func theArrayThatHAQShipsIsReadAlike() throws {
    guard let table = try HAQTable() else {
      print(DeviceFiles.skipped)
      return
    }
    let words = table.cycles.flatMap { $0.flatMap { $0.map { Int64($0) } } }
    let description = CostArrayDescription(
      name: "haq", device: "vu9p", unit: "cycles", clock: 2e8, batch: 16)
    let read = try CostTable(
      npy: CostArrayTests.array("<i8", "(53, 8, 8)", CostArrayTests.bytes(words)),
      description: description, file: "haq.npy")
    #expect(try model(table).table == read)
  }
}
