import Hardware
import Testing
import Units

@Suite struct RooflineTests {
  static let devices = ["v100", "t4", "a100", "h100", "xeon"]

  /// The convolutions and the dense layer of ResNet-50 for 224 × 224 images.
  static func resNet50(batch: Int) throws -> [Workload] {
    var layers = [
      try Workload(
        .convolution, batch: batch, inputChannels: 3, outputChannels: 64, output: .init(112),
        kernel: .init(7), stride: .init(2), isFirst: true)
    ]
    var input = 64
    for (stage, blocks) in [3, 4, 6, 3].enumerated() {
      let (width, side) = (64 << stage, 56 >> stage)
      for block in 0..<blocks {
        let stride = block == 0 && stage > 0 ? 2 : 1
        func add(_ from: Int, _ to: Int, _ output: Int, kernel: Int = 1, stride: Int = 1) throws {
          layers.append(
            try Workload(
              .convolution, batch: batch, inputChannels: from, outputChannels: to,
              output: .init(output), kernel: .init(kernel), stride: .init(stride)))
        }
        try add(input, width, side * stride)
        try add(width, width, side, kernel: 3, stride: stride)
        try add(width, 4 * width, side)
        if block == 0 { try add(input, 4 * width, side, stride: stride) }
        input = 4 * width
      }
    }
    layers.append(
      try Workload(
        .dense, batch: batch, inputChannels: 2048, outputChannels: 1000, output: .init(1)))
    return layers
  }

  static func total(_ model: any CostModel, _ layers: [Workload], _ bits: Int) throws -> Cost {
    try model.total(
      of: layers.map { LayerWorkload("layer", $0) },
      bits: Array(repeating: LayerBits(bits), count: layers.count))
  }

  @Test func aLayerByHand() throws {
    let model = try DeviceFiles.model("t4")
    let layer = try Workload(
      .convolution, batch: 8, inputChannels: 256, outputChannels: 512, output: .init(28))
    // 2 · 8 · 784 · 256 · 512 operations; bytes of input, weights and output.
    let operations = 1_644_167_168.0
    let bytes = Double(8 * 784 * 256 + 256 * 512 + 8 * 784 * 512)
    let compute = operations / (0.4 * 130e12)
    let memory = bytes / (0.8 * 320e9)
    let cost = try model.cost(of: layer, bits: LayerBits(7))
    #expect(abs(cost.latency.value - (max(compute, memory) + 5e-6)) < 1e-12)
    let energy = 0.3 * 70 * cost.latency.value + 0.7 * 70 / 130e12 * operations + 6e-11 * bytes
    #expect(abs(cost.energy.value - energy) < 1e-9 * energy)
    #expect(cost.bound == .compute)
  }

  @Test func ridgesAreThoseOfTheDataSheets() throws {
    let cases = [("t4", 8, 406.0), ("t4", 4, 812), ("v100", 16, 139), ("a100", 8, 401)]
    for (name, bits, expected) in cases + [("a100", 4, 803), ("h100", 8, 757)] {
      let model = try #require(try DeviceFiles.model(name) as? Roofline)
      #expect(abs(try model.ridge(bits: LayerBits(bits)) - expected) < 1)
    }
  }

  @Test func intFourGainsFarLessThanItsPeak() throws {
    let model = try DeviceFiles.model("t4")
    for batch in [1, 8, 16] {
      let layers = try Self.resNet50(batch: batch)
      #expect(layers.count == 54)
      let ratio =
        try Self.total(model, layers, 8).latency.value
        / Self.total(model, layers, 4).latency.value
      print("T4, ResNet-50, batch \(batch): int4 \(ratio) times as fast as int8")
      #expect(ratio > 1.05 && ratio < 1.7)
    }
    // HAWQ-V3 publishes 1.45.
    let layers = try Self.resNet50(batch: 8)
    #expect(layers.map(\.macs).reduce(0, +) == 8 * 4_089_184_256)
  }

  @Test func oddBitsAreComputedInTheNextFormat() throws {
    let (t4, h100) = (try DeviceFiles.model("t4"), try DeviceFiles.model("h100"))
    let layer = try Workload(
      .convolution, batch: 16, inputChannels: 512, outputChannels: 512, output: .init(14),
      kernel: .init(3))
    func cost(_ model: any CostModel, _ weights: Int, _ activations: Int) throws -> Cost {
      try model.cost(
        of: layer, bits: LayerBits(weights: .init(weights), activations: .init(activations)))
    }
    #expect(try cost(t4, 3, 4) == cost(t4, 4, 4))
    #expect(try cost(t4, 5, 5) == cost(t4, 8, 8))
    #expect(try cost(t4, 4, 8).computeCycles == cost(t4, 8, 8).computeCycles)
    #expect(try cost(t4, 4, 8).accesses != cost(t4, 8, 8).accesses)
    #expect(try cost(h100, 4, 4).computeCycles == cost(h100, 8, 8).computeCycles)
    #expect(try cost(h100, 4, 4).accesses != cost(h100, 8, 8).accesses)
    #expect(throws: HardwareError.self) { try cost(t4, 9, 8) }
  }

  @Test(arguments: devices)
  func moreBitsOrChannelsNeverCostLess(name: String) throws {
    let model = try DeviceFiles.model(name)
    let bits = model.supportedBits.weights
    #expect(bits == [1, 2, 3, 4, 5, 6, 7, 8, 16, 32])
    for isDepthwise in [false, true] {
      var last: Cost?
      for channels in 1...200 {
        let layer = try Workload(
          .convolution, batch: 16, inputChannels: channels,
          outputChannels: isDepthwise ? channels : 64, output: .init(28), kernel: .init(3),
          groups: isDepthwise ? channels : 1)
        let costs = try bits.map { try model.cost(of: layer, bits: LayerBits($0)) }
        for (fewer, more) in zip(costs, costs.dropFirst()) {
          #expect(fewer.latency <= more.latency && fewer.energy <= more.energy)
        }
        // One channel is a plain convolution, which reaches more of the peak.
        if let last, channels > 2 || !isDepthwise {
          #expect(last.latency <= costs[7].latency && last.energy <= costs[7].energy)
        }
        last = costs[7]
      }
    }
  }

  @Test func fewerBitsThatReachLessAreRefused() throws {
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model("t4", setting: ["efficiency4=0.1"])
    }
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model("t4", setting: ["efficiency8=1.5"])
    }
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model("v100", setting: ["storageBits=8,16"])
    }
  }
}
