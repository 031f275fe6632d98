import Hardware
import Testing
import Units

@Suite struct CostModelCheckTests {
  static func layers() throws -> [Workload] {
    try HardwareLayers.mobileNetV2(batch: 1) + [
      Workload(
        .convolution, inputChannels: 64, outputChannels: 64, output: .init(56), kernel: .init(3)),
      Workload(
        .convolution, inputChannels: 16, outputChannels: 32, output: .init(14),
        kernel: .init(3), groups: 4),
      Workload(
        .convolution, batch: 3, inputChannels: 20, outputChannels: 33, output: .init(5, 9),
        kernel: .init(3, 1), stride: .init(2, 1)),
      Workload(.pooling, inputChannels: 64, outputChannels: 64, output: .init(1)),
      Workload.product(m: 100, n: 70, k: 50),
    ]
  }

  @Test(arguments: ["systolic-os", "systolic-ws", "systolic-is"])
  func systolicArraysKeepTheContract(name: String) throws {
    let model = try DeviceFiles.model(name, "weightBits=4,8,16", "activationBits=8,16")
    let violations = CostModelCheck.violations(of: model, layers: try Self.layers())
    // A batch may fit into the buffers and two may not.
    let rules = Set(violations.map(\.rule))
    #expect(rules.isSubset(of: [.twiceTheBatchLatency, .twiceTheBatchEnergy]), "\(violations)")
  }

  @Test(arguments: ["systolic-os", "systolic-ws", "systolic-is"])
  func withLargeBuffersBatchesAreLinearToo(name: String) throws {
    let model = try DeviceFiles.model(
      name, "inputBuffer=1000000000", "weightBuffer=1000000000", "outputBuffer=1000000000")
    #expect(CostModelCheck.violations(of: model, layers: try Self.layers()) == [])
  }

  /// The published equations are monotone in nothing but the batch; the README says why.
  @Test(arguments: ["bitfusion-e", "bitfusion-s"])
  func bitFusionKeepsWhatItCan(name: String) throws {
    let model = try DeviceFiles.model(name)
    let violations = CostModelCheck.violations(of: model, layers: try Self.layers())
    let kept: Set<CostModelViolation.Rule> = [
      .deterministic, .finite, .cyclesAddUp, .bits, .batchLatency, .batchEnergy,
      .twiceTheBatchLatency,
    ]
    for violation in violations where kept.contains(violation.rule) {
      Issue.record("\(violation)")
    }
  }

  /// One weight is padded to whole rows: to 128 of 3 bits, but to 256 of 2 bits.
  @Test func theSmallestLayerThatFewerBitsMakeSlower() throws {
    let model = try DeviceFiles.model("bitfusion-e")
    let layer = try Workload(
      .convolution, inputChannels: 1, outputChannels: 1, output: .init(1))
    func cost(_ weights: Int) throws -> Cost {
      try model.cost(of: layer, bits: LayerBits(weights: .init(weights), activations: .init(2)))
    }
    let (two, three) = (try cost(2), try cost(3))
    // 512 or 384 bits of weights, 2 of inputs and 1024 of outputs in, which go back out.
    #expect(two.accesses[0].writtenBits == 512 && three.accesses[0].writtenBits == 384)
    #expect(two.cycles == 1 + 9 + 6 && three.cycles == 1 + 8 + 6)
    let violations = CostModelCheck.violations(of: model, layers: [layer])
    #expect(
      violations.contains {
        $0.rule == .weightBitsLatency
          && $0.bits == LayerBits(weights: .init(2), activations: .init(2))
          && $0.description
            == "weightBitsLatency: convolution of 1 to 1 channels, kernel 1 × 1, output 1 × 1, "
            + "groups 1, batch 1, 2/2 bits: 32.0 ns (16 cycles), and 30.0 ns (15) with 3/2 bits"
      })
  }

  /// 512 · 64 weights of 8 bits are exactly half the buffer: all of them come before the first product.
  ///
  /// In: 262144 bits of weights, 65536 of inputs, 32768 of outputs; out: 32768.
  @Test func whatFitsWholeWaitsLonger() throws {
    let model = try DeviceFiles.model("bitfusion-e")
    func cost(_ channels: Int) throws -> Cost {
      try model.cost(
        of: try Workload(
          .convolution, inputChannels: channels, outputChannels: 64, output: .init(4)),
        bits: LayerBits(8))
    }
    #expect(try cost(512).cycles == 16 * 2 * 32 + 1878 + 171)
    #expect(try cost(513).cycles < cost(512).cycles)
  }

  @Test func everyRuleIsFound() throws {
    let layer = try Workload(
      .convolution, batch: 2, inputChannels: 4, outputChannels: 4, output: .init(3))
    func rules(_ cost: @escaping @Sendable (Workload, LayerBits) -> Cost) -> Set<
      CostModelViolation.Rule
    > {
      Set(CostModelCheck.violations(of: Made(price: cost), layers: [layer]).map(\.rule))
    }
    #expect(rules { layer, bits in .of(Double(layer.macs * bits.weights.value)) } == [])
    #expect(
      rules { layer, bits in .of(1 / Double(layer.macs * bits.weights.value)) } == [
        .weightBitsLatency, .weightBitsEnergy, .inputChannelsLatency, .inputChannelsEnergy,
        .outputChannelsLatency, .outputChannelsEnergy, .batchLatency, .batchEnergy,
      ])
    #expect(
      rules { _, bits in .of(1 / Double(bits.activations.value)) } == [
        .activationBitsLatency, .activationBitsEnergy,
      ])
    #expect(
      rules { layer, _ in .of(Double(layer.batch * layer.batch)) } == [
        .twiceTheBatchLatency, .twiceTheBatchEnergy,
      ])
    #expect(rules { _, _ in .of(-1) } == [.finite, .twiceTheBatchLatency, .twiceTheBatchEnergy])
    #expect(rules { _, _ in .of(.infinity) } == [.finite])
    #expect(rules { _, _ in .of(1, cycles: 3, compute: 1) } == [.cyclesAddUp])
  }

  @Test func forgetfulAndCarelessModelsAreFound() throws {
    let layer = try Workload(.dense, inputChannels: 4, outputChannels: 4, output: .init(1))
    let careless = CostModelCheck.violations(of: Made(refuses: false), layers: [layer])
    #expect(Set(careless.map(\.rule)) == [.bits])
    // No bits at all, and one more than the most, on either side.
    #expect(careless.count == 4)
    let forgetful = CostModelCheck.violations(of: Forgetful(), layers: [layer])
    #expect(forgetful.contains { $0.rule == .deterministic })
  }

  /// A model of any kind with 1 to 3 bits.
  private struct Made: CostModel {
    var price: @Sendable (Workload, LayerBits) -> Cost = { _, _ in .of(1) }
    var refuses = true
    let device = "made up"
    let supportedBits = SupportedBits(weights: 1...3, activations: 1...3)

    func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
      if refuses { try supportedBits.check(bits, device: device) }
      return price(workload, bits)
    }
  }

  /// Says another price each time.
  private final class Forgetful: CostModel {
    let device = "made up"
    let supportedBits = SupportedBits(weights: [8], activations: [8])

    func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
      try supportedBits.check(bits, device: device)
      return .of(Double.random(in: 1..<2))
    }
  }
}

extension Cost {
  fileprivate static func of(_ price: Double, cycles: Int = 0, compute: Int = 0) -> Cost {
    Cost(
      latency: Seconds(price), energy: Joules(price), cycles: cycles, computeCycles: compute,
      stallCycles: 0, bound: .mixed)
  }
}
