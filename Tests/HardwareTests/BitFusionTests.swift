import Hardware
import Testing
import Units

@Suite struct BitFusionTests {
  static let device = "bitfusion-e"

  static func bits(_ weights: Int, _ activations: Int) -> LayerBits {
    LayerBits(weights: BitWidth(weights), activations: BitWidth(activations))
  }

  /// Everything of this layer fits at once, so its lead is all of its traffic.
  ///
  /// 4096 bits of weights, 2048 of inputs and 16384 of outputs come in, ⌈22528 / 192⌉ = 118 cycles, and the
  /// outputs go back, 86. One cycle for each of the 16 positions. Outputs stay in the array.
  @Test func aLayerThatFitsWhole() throws {
    let model = try DeviceFiles.model(Self.device)
    let layer = try Workload(
      .convolution, inputChannels: 16, outputChannels: 32, output: .init(4))
    let cost = try model.cost(of: layer, bits: LayerBits(8))
    #expect(cost.computeCycles == 16)
    #expect(cost.cycles == 16 + 118 + 86)
    #expect(
      cost.accesses == [
        MemoryAccess("wbuf", readBits: 65536, writtenBits: 4096),
        MemoryAccess("ibuf", readBits: 65536, writtenBits: 2048),
        MemoryAccess("obuf", readBits: 32768, writtenBits: 32768),
        MemoryAccess("dram", readBits: 22528, writtenBits: 16384),
      ])
    #expect(cost.latency == Seconds(220 / 5e8))
    #expect(cost.bound == .memory)
  }

  /// A dense layer whose 4,096,000 bits of weights are cut into 16 tiles of 32 inputs.
  ///
  /// 256,000 bits of weights,
  /// all 4096 of inputs and 32,768 of outputs come first (1526 cycles), the outputs leave last (171), and the
  /// other 3,840,000 bits take 20,000 cycles, beside 16 · 32 · 2 of compute.
  @Test func aDenseLayerOfManyTiles() throws {
    let model = try DeviceFiles.model(Self.device)
    let layer = try Workload(
      .dense, inputChannels: 512, outputChannels: 1000, output: .init(1))
    let cost = try model.cost(of: layer, bits: LayerBits(8))
    #expect(cost.computeCycles == 1024)
    #expect(cost.cycles == 1526 + 171 + 20000)
    #expect(cost.accesses.last == MemoryAccess("dram", readBits: 4_132_864, writtenBits: 32768))
  }

  @Test func theSearchIsTheLiteralOne() throws {
    var generator = Numbers(state: 7)
    var found = 0
    for _ in 0..<200 {
      let force = try Self.anything(&generator)
      let model = try DeviceFiles.model(
        Self.device, "rows=\(force.rows)", "columns=\(force.columns)",
        "dramBandwidth=\(force.bandwidth)", "weightBuffer=\(force.weightBuffer)",
        "inputBuffer=\(force.inputBuffer)", "outputBuffer=\(force.outputBuffer)")
      let bits = Self.bits(force.weightBits, force.activationBits)
      guard let best = force.best() else {
        #expect(throws: HardwareError.self) { try model.cost(of: force.layer, bits: bits) }
        continue
      }
      found += 1
      let cost = try model.cost(of: force.layer, bits: bits)
      var outcome = BitFusionBruteForce.Outcome()
      (outcome.cycles, outcome.compute) = (cost.cycles, cost.computeCycles)
      let moved = cost.accesses.map { [$0.readBits, $0.writtenBits] }
      (outcome.wbuf, outcome.ibuf, outcome.obuf) = (moved[0], moved[1], moved[2])
      outcome.dram = moved[3]
      outcome.energy = cost.energy.value * 1e12
      #expect(outcome == best, "\(force)")
    }
    #expect(found > 150)
  }

  /// Layers with other extents both ways, depthwise ones, and first ones among them.
  static func anything(_ numbers: inout Numbers) throws -> BitFusionBruteForce {
    let output = Workload.Extents(
      numbers.one(of: [1, 2, 5, 7, 14]), numbers.one(of: [1, 3, 7, 14]))
    let depthwise = numbers.one(of: [false, false, false, true])
    let channels = numbers.one(of: [2, 3, 8, 17, 48, 64])
    var force = BitFusionBruteForce(
      layer: try Workload(
        .convolution, batch: numbers.one(of: [1, 2, 3, 4]), inputChannels: channels,
        outputChannels: depthwise
          ? channels * numbers.one(of: [1, 2]) : numbers.one(of: [1, 10, 33, 64, 130]),
        output: output, kernel: .init(numbers.one(of: [1, 3, 5]), numbers.one(of: [1, 3])),
        stride: .init(numbers.one(of: [1, 2, 3]), numbers.one(of: [1, 2])),
        groups: depthwise ? channels : 1, isFirst: numbers.one(of: [false, false, true])),
      weightBits: 1 + numbers.next(below: 8), activationBits: 1 + numbers.next(below: 8))
    force.rows = numbers.one(of: [4, 7, 16, 32])
    force.columns = numbers.one(of: [8, 10, 32, 64])
    force.bandwidth = numbers.one(of: [32, 100, 192, 1024])
    force.weightBuffer = numbers.one(of: [2048, 8192, 65536])
    force.inputBuffer = numbers.one(of: [1024, 4096, 32768])
    force.outputBuffer = numbers.one(of: [1024, 4096, 16384])
    return force
  }

  // MARK: - Physics

  /// Where DRAM is so fast that the search has only compute to save.
  @Test func computeIsSteppedAndTrafficIsNot() throws {
    let model = try DeviceFiles.model(Self.device, "dramBandwidth=10000000")
    let layer = try Workload(
      .convolution, inputChannels: 256, outputChannels: 256, output: .init(14), kernel: .init(3))
    var compute: [Int] = []
    for width in 1...8 {
      let cost = try model.cost(of: layer, bits: LayerBits(width))
      compute.append(cost.computeCycles)
      // Rows of 16 units take 16 to 256 channels at a time, which divide 9 · 256: no padding.
      #expect(cost.accesses[0].writtenBits % (9 * 256 * 256 * width) == 0)
    }
    #expect(compute[0] == compute[1] && compute[2] == compute[3])
    #expect(compute[4] == compute[7] && compute[5] == compute[7] && compute[6] == compute[7])
    // 14 · 14 · 9 · 8 column folds · 16, 4 and 1 row folds: four times for half the bits on both sides.
    #expect(compute[7] == 14 * 14 * 9 * 8 * 16)
    #expect(compute[7] == 4 * compute[3] && compute[3] == 4 * compute[1])
  }

  @Test func pointwiseLayersGainLittleFromBits() throws {
    let model = try DeviceFiles.model(Self.device)
    func gain(_ layer: Workload) throws -> Double {
      let (most, least) = (
        try model.cost(of: layer, bits: LayerBits(8)), try model.cost(of: layer, bits: LayerBits(2))
      )
      return most.latency / least.latency
    }
    let pointwise = try Workload(
      .convolution, inputChannels: 24, outputChannels: 144, output: .init(56))
    let dense = try Workload(
      .convolution, inputChannels: 256, outputChannels: 256, output: .init(14), kernel: .init(3))
    #expect(try gain(pointwise) < 1.05)
    #expect(try gain(dense) > 5)
  }

  @Test func unitsDivideNoFurtherThanTheirLeastBits() throws {
    let model = try DeviceFiles.model(Self.device, "minimumBits=4", "dramBandwidth=10000000")
    let layer = try Workload(
      .convolution, inputChannels: 256, outputChannels: 256, output: .init(14), kernel: .init(3))
    let costs = try [2, 4].map { try model.cost(of: layer, bits: LayerBits($0)).computeCycles }
    #expect(costs[0] == costs[1])
  }

  // MARK: - Beyond the simulator

  @Test func aDepthwiseLayerUsesOneRow() throws {
    let model = try DeviceFiles.model(Self.device)
    let layer = try Workload(
      .convolution, inputChannels: 96, outputChannels: 96, output: .init(14), kernel: .init(3),
      groups: 96)
    for width in [2, 8] {
      let cost = try model.cost(of: layer, bits: LayerBits(width))
      #expect(cost.computeCycles == 14 * 14 * 9 * 3)
    }
  }

  @Test func groupsRunOneAfterTheOther() throws {
    let model = try DeviceFiles.model(Self.device)
    let one = try model.cost(
      of: try Workload(
        .convolution, inputChannels: 16, outputChannels: 32, output: .init(14), kernel: .init(3)),
      bits: LayerBits(4))
    let four = try model.cost(
      of: try Workload(
        .convolution, inputChannels: 64, outputChannels: 128, output: .init(14),
        kernel: .init(3), groups: 4), bits: LayerBits(4))
    #expect(four.cycles == 4 * one.cycles)
    #expect(four.stallCycles == 4 * one.stallCycles)
    #expect(four.accesses.map(\.readBits) == one.accesses.map { 4 * $0.readBits })
    #expect((four.energy / one.energy - 4).magnitude < 1e-12)
  }

  @Test func aLayerOnItsSideCostsTheSame() throws {
    let model = try DeviceFiles.model(Self.device)
    let upright = try Workload(
      .convolution, inputChannels: 24, outputChannels: 40, output: .init(30, 9),
      kernel: .init(5, 1), stride: .init(2, 1))
    let lying = try Workload(
      .convolution, inputChannels: 24, outputChannels: 40, output: .init(9, 30),
      kernel: .init(1, 5), stride: .init(1, 2))
    #expect(
      try model.cost(of: upright, bits: LayerBits(5))
        == model.cost(of: lying, bits: LayerBits(5)))
  }

  @Test func layersWithoutProductsCostNothing() throws {
    let model = try DeviceFiles.model(Self.device)
    for operation in [Workload.Operation.pooling, .elementwise] {
      let layer = try Workload(
        operation, inputChannels: 64, outputChannels: 64, output: .init(7), kernel: .init(2))
      #expect(try model.cost(of: layer, bits: LayerBits(8)) == .zero)
    }
  }

  // MARK: - Refusals

  @Test func aLayerThatNoTileHoldsIsRefused() throws {
    let model = try DeviceFiles.model(Self.device, "weightBuffer=64")
    let layer = try Workload(
      .convolution, inputChannels: 3, outputChannels: 64, output: .init(7), kernel: .init(7))
    #expect(
      throws: HardwareError.unsupportedLayer(
        device: "bitfusion-e", layer: "convolution of 3 to 64 channels",
        reason: "not even its smallest tile fits into half of each buffer")
    ) { try model.cost(of: layer, bits: LayerBits(8)) }
  }

  @Test func hugeLayersAndArraysStopNothing() throws {
    let most = 1 << 32
    let huge = try DeviceFiles.model(
      Self.device, "rows=\(most)", "columns=\(most)", "weightBuffer=\(most)",
      "inputBuffer=\(most)", "outputBuffer=\(most)", "dramBandwidth=1", "outputBits=\(most)",
      "maximumBits=32", "minimumBits=1")
    let usual = try DeviceFiles.model(Self.device, "dramBandwidth=1", "rows=1", "columns=1")
    for layer in [
      try Workload.product(m: 1 << 16, n: 1 << 16, k: 1 << 16),
      try Workload(
        .convolution, inputChannels: 1 << 16, outputChannels: 1 << 16, output: .init(256),
        groups: 1 << 16),
      try Workload(
        .convolution, inputChannels: 1, outputChannels: 1, input: .init(1), output: .init(1),
        kernel: .init(1 << 19), stride: .init(1 << 24), isFirst: true),
      try Workload(
        .convolution, inputChannels: 1, outputChannels: 1, input: .init(1),
        output: .init(1 << 19), stride: .init(1 << 24)),
    ] {
      for model in [huge, usual] {
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

  @Test func operandsWiderThanAUnitAreRefused() throws {
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model(Self.device, "minimumBits=9")
    }
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model(Self.device, "maximumBits=33")
    }
    let model = try DeviceFiles.model(Self.device)
    let layer = try Workload(.dense, inputChannels: 8, outputChannels: 8, output: .init(1))
    #expect(
      throws: HardwareError.unsupportedBits(
        device: "bitfusion-e", operand: "activations", bits: 9,
        supported: "1, 2, 3, 4, 5, 6, 7, 8")
    ) { try model.cost(of: layer, bits: Self.bits(8, 9)) }
  }
}

/// Numbers without meaning, the same each time (SplitMix64).
struct Numbers {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[next(below: choices.count)] }
}
