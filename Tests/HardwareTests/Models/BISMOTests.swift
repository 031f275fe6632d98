import Foundation
import Hardware
import Testing
import Units

@Suite struct BISMOTests {
  /// Enough memory that only the units matter.
  static let fast = ["memoryBytesPerCycle=1000000"]

  static func pointwise(_ side: Int = 16, input: Int = 256, output: Int = 64) throws -> Workload {
    try Workload(
      .convolution, inputChannels: input, outputChannels: output, output: .init(side))
  }

  @Test func peaksAreThePublishedOnes() throws {
    let small = try BISMOOverlay(rows: 8, depth: 256, columns: 8)
    #expect(small.peakBinaryOperations(clock: 200e6) == 6.5536e12)
    let large = try BISMOOverlay(rows: 10, depth: 256, columns: 10)
    #expect(large.peakBinaryOperations(clock: 300e6) == 15.36e12)
  }

  @Test func resourcesAreThoseOfTheEquations() throws {
    let overlay = try BISMOOverlay(rows: 8, depth: 256, columns: 8)
    #expect(overlay.lookupTables == 29_678)
    #expect(overlay.blockMemories == 128)
  }

  @Test func anOverlayBeyondItsFPGAIsRefused() throws {
    #expect(
      throws: HardwareError.doesNotFit(
        device: "zynq-7020-bismo", resource: "block memories", needed: 144, available: 140)
    ) { try DeviceFiles.model("zynq-7020-bismo", setting: ["rows=10"]) }
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model(
        "zynq-7020-bismo", setting: ["rows=32", "columns=32", "blockMemories=100000"])
    }
    #expect(throws: HardwareError.self) {
      try DeviceFiles.model("zynq-7020-bismo", setting: ["rows=4294967296"])
    }
  }

  @Test func executionGrowsWithTheProductOfTheBits() throws {
    let model = try DeviceFiles.model("zynq-7020-bismo", setting: Self.fast)
    let layer = try Self.pointwise()
    let least = try model.cost(of: layer, bits: LayerBits(1))
    // 32 tiles of rows, 8 of columns, one of depth, 2 cycles for each start.
    #expect(least.computeCycles == 32 * 8 * 3)
    #expect(least.bound == .compute)
    #expect(try model.cost(of: layer, bits: LayerBits(8)).computeCycles == 64 * least.computeCycles)
    for (weights, activations) in [(2, 6), (3, 5), (1, 8)] {
      let one = try model.cost(
        of: layer, bits: LayerBits(weights: .init(weights), activations: .init(activations)))
      let other = try model.cost(
        of: layer, bits: LayerBits(weights: .init(activations), activations: .init(weights)))
      #expect(one.computeCycles == other.computeCycles)
      #expect(one.computeCycles == weights * activations * least.computeCycles)
    }
  }

  @Test func trafficIsTheRuntimes() throws {
    let model = try DeviceFiles.model("zynq-7020-bismo")
    // 49 rows pad to 56, 20 columns to 24 in 3 tiles, a depth of 300 to 512.
    let layer = try Self.pointwise(7, input: 300, output: 20)
    let cost = try model.cost(of: layer, bits: LayerBits(weights: .init(3), activations: .init(5)))
    let right = 24 * 512 * 3
    let left = 56 * 512 * 5
    #expect(
      cost.accesses == [
        MemoryAccess("dram", readBits: right + left * 3, writtenBits: 49 * 20 * 32)
      ])
    let fill = (8 * 512 * 5 + 8 * 512 * 3) / 64 + 8 * 8 * 32 / 64
    let fetch = (right + left * 3) / 64
    #expect(cost.computeCycles == 7 * 3 * 15 * (2 + 2))
    #expect(cost.cycles == max(fetch, cost.computeCycles) + fill)
  }

  @Test func aStripeThatDoesNotFitIsCut() throws {
    let model = try DeviceFiles.model("zynq-7020-bismo", setting: Self.fast)
    // 64 tiles of 8 bits are half a buffer.
    let whole = try Workload.product(m: 8, n: 8, k: 64 * 256)
    let cut = try Workload.product(m: 8, n: 8, k: 65 * 256)
    let one = try model.cost(of: whole, bits: LayerBits(8))
    let two = try model.cost(of: cut, bits: LayerBits(8))
    #expect(one.computeCycles == 64 * (64 + 2))
    #expect(two.computeCycles == 64 * (65 + 4))
    #expect(one.accesses[0].writtenBits == 64 * 32)
    #expect(two.accesses[0].writtenBits == 2 * 64 * 32)
    #expect(two.accesses[0].readBits == 2 * 8 * 65 * 256 * 8 + 64 * 32)
  }

  @Test func aBufferWithoutRoomForOneTileIsNamed() throws {
    let model = try DeviceFiles.model("zynq-7020-bismo", setting: ["rowBufferWords=8"])
    let layer = try Self.pointwise()
    _ = try model.cost(of: layer, bits: LayerBits(4))
    #expect(throws: HardwareError.self) { try model.cost(of: layer, bits: LayerBits(5)) }
  }

  @Test(arguments: ["zynq-7020-bismo", "vu9p-bismo"])
  func activationsDecideADepthwiseLayer(name: String) throws {
    let model = try DeviceFiles.model(name)
    let layer = try Workload(
      .convolution, inputChannels: 96, outputChannels: 96, output: .init(56), kernel: .init(3),
      groups: 96)
    let full = try model.cost(of: layer, bits: LayerBits(8))
    #expect(full.bound == .memory)
    let fewerWeights = try model.cost(
      of: layer, bits: LayerBits(weights: .init(2), activations: .init(8)))
    let fewerActivations = try model.cost(
      of: layer, bits: LayerBits(weights: .init(8), activations: .init(2)))
    #expect(fewerWeights.latency / full.latency > 0.99)
    #expect(fewerActivations.latency / full.latency < 0.30)
  }

  @Test(arguments: ["zynq-7020-bismo", "vu9p-bismo"])
  func moreBitsOrChannelsNeverCostLess(name: String) throws {
    let model = try DeviceFiles.model(name)
    var layers = [try Workload.product(m: 8, n: 8, k: 70_000)]
    for channels in [1, 7, 16, 63, 64, 65, 255, 256, 257] {
      layers.append(try Self.pointwise(7, input: channels, output: 40))
      layers.append(try Self.pointwise(7, input: 40, output: channels))
    }
    for layer in layers {
      for low in 1...8 {
        for other in 1...7 {
          let pairs = [
            (LayerBits(weights: .init(low), activations: .init(other)), (low, other + 1)),
            (LayerBits(weights: .init(other), activations: .init(low)), (other + 1, low)),
          ]
          for (less, more) in pairs {
            let cheap = try model.cost(of: layer, bits: less)
            let dear = try model.cost(
              of: layer, bits: LayerBits(weights: .init(more.0), activations: .init(more.1)))
            #expect(cheap.cycles <= dear.cycles)
            #expect(cheap.energy <= dear.energy)
          }
        }
      }
    }
    for bits in [1, 4, 8] {
      for isInput in [true, false] {
        let costs = try (1...400).map { channels in
          try model.cost(
            of: Self.pointwise(7, input: isInput ? channels : 40, output: isInput ? 40 : channels),
            bits: LayerBits(bits))
        }
        for (fewer, more) in zip(costs, costs.dropFirst()) {
          #expect(fewer.cycles <= more.cycles && fewer.energy <= more.energy)
        }
      }
    }
  }

  @Test(arguments: ["zynq-7020-bismo", "vu9p-bismo"])
  func hugeLayersEndInAnErrorOrANumber(name: String) throws {
    let model = try DeviceFiles.model(name)
    let layers = try [
      Workload.product(m: 1 << 24, n: 1 << 16, k: 1 << 8),
      Workload.product(m: 1 << 16, n: 1 << 24, k: 1 << 8),
      Workload.product(m: 1, n: 1 << 16, k: 1 << 24),
      Workload(
        .convolution, inputChannels: 1 << 20, outputChannels: 1 << 20, output: .init(1 << 10),
        groups: 1 << 20),
    ]
    for layer in layers {
      do throws(HardwareError) {
        #expect(try model.cost(of: layer, bits: LayerBits(8)).cycles > 0)
      } catch {
        guard case .workload = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
  }

  @Test func otherBitsAreRefused() throws {
    let model = try DeviceFiles.model("zynq-7020-bismo")
    for bits in [0, 9, 32] {
      #expect(throws: HardwareError.self) {
        try model.cost(of: Self.pointwise(), bits: LayerBits(bits))
      }
    }
  }
}
