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

  /// A published policy as the repository keeps it.
  private struct Published: Decodable {
    let name: String
    let network: String
    let quantizer: String
    let weightBits: [Int]
    let activationBits: [Int]?
    let source: Source

    struct Source: Decodable {
      let repository: String
      let commit: String
      let file: String
      let license: String
    }

    init(_ name: String) throws {
      let file = DeviceFiles.folder.deletingLastPathComponent()
        .appending(path: "Policies/published/\(name).json")
      self = try JSONDecoder().decode(Published.self, from: Data(contentsOf: file))
    }
  }

  @Test(arguments: ["haq-mobilenetv2-latency-0.6", "haq-resnet50-weights-0.1"])
  func whatTheRepositoryKeepsIsWhole(_ name: String) throws {
    let policy = try Published(name)
    #expect(policy.name == name && !policy.network.isEmpty)
    #expect(policy.source.repository == "https://github.com/mit-han-lab/haq")
    #expect(policy.source.commit == "8228d12" && policy.source.license == "MIT")
    #expect(policy.source.file == "README.md")
    #expect(policy.weightBits.allSatisfy { (2...8).contains($0) })
    #expect((policy.activationBits == nil) == (policy.quantizer == "kmeans"))
    if let bits = policy.activationBits {
      #expect(bits.count == policy.weightBits.count)
      #expect(bits.allSatisfy { (2...8).contains($0) })
    }
  }

  @Test func theKeptPolicyCostsWhatWasPublished() throws {
    guard let table = try HAQTable() else {
      print(DeviceFiles.skipped)
      return
    }
    let policy = try Published("haq-mobilenetv2-latency-0.6")
    let activations = try #require(policy.activationBits)
    #expect(policy.weightBits.count == 53)
    let model = try model(table)
    func cycles(first: Int) throws -> Double {
      let bits = zip(policy.weightBits, [first] + activations.dropFirst()).map {
        CostTableTests.bits($0, $1)
      }
      return Double(try model.total(of: table.layers, bits: bits).cycles)
    }
    #expect(abs(try cycles(first: activations[0]) / 39_624_933 - 0.5965) < 0.00005)
    #expect(abs(try cycles(first: 7) / 39_624_933 - 0.5914) < 0.00005)
  }

  /// The weights of the layers of ResNet-50, by table 1 of He and others 2016.
  ///
  /// A 7 × 7 stem, four stages of 3, 4, 6 and 3 blocks 1 × 1, 3 × 3, 1 × 1, the first of a stage with a
  /// projection, and a classifier.
  private static var residualNetwork50: [Int] {
    var layers = [3 * 64 * 49]
    var channels = 64
    for (stage, blocks) in [3, 4, 6, 3].enumerated() {
      let width = 64 << stage
      for block in 0..<blocks {
        layers += [channels * width, 9 * width * width, width * 4 * width]
        if block == 0 { layers.append(channels * 4 * width) }
        channels = 4 * width
      }
    }
    return layers + [channels * 1000]
  }

  @Test func sharedWeightsOfResNet50TakeAsMuchAsWasPublished() throws {
    let policy = try Published("haq-resnet50-weights-0.1")
    let layers = Self.residualNetwork50
    #expect(layers.count == 54 && policy.weightBits.count == 54)
    #expect(layers.reduce(0, +) == 25_502_912)
    let bits = zip(layers, policy.weightBits).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(Double(bits) / Double(32 * 25_502_912) - 0.0996) < 0.00005)
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
