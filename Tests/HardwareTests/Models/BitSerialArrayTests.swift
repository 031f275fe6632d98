import Foundation
import Hardware
import Testing

@Suite struct BitSerialArrayTests {
  /// What the equations give by hand for 384 → 64 channels of 14 × 14, 16 images.
  @Test func aPointwiseLayerByHand() throws {
    let model = try DeviceFiles.model("vu9p-bismo")
    let layer = try Workload(
      .convolution, batch: 16, inputChannels: 384, outputChannels: 64, output: .init(14))
    // n = 2: weights 8 · 64 · 2 = 1024, activations 8 · 196 · 2 = 3136, compute 64 · 2 · 64 · 196/256 = 6272.
    let dear = try model.cost(of: layer, bits: LayerBits(8))
    #expect(dear.cycles == 16 * (1024 + 6272))
    // weights 128, activations 392, compute 98: never below the activations.
    let cheap = try model.cost(of: layer, bits: LayerBits(1))
    #expect(cheap.cycles == 16 * 392)
  }

  @Test func anArrayThatExceedsTheFPGAIsRefused() throws {
    // 1024 · 4 units: 4096 · (1.17 · 256 + 164.2) lookup tables.
    #expect(
      throws: HardwareError.doesNotFit(
        device: "vu9p-bismo", resource: "lookup tables", needed: 1_899_397, available: 1_182_240)
    ) { try DeviceFiles.model("vu9p-bismo", "rows=1024") }
    // 8 · (400 + 4) blocks of memory.
    #expect(
      throws: HardwareError.doesNotFit(
        device: "vu9p-bismo", resource: "block memories", needed: 3232, available: 2160)
    ) { try DeviceFiles.model("vu9p-bismo", "rows=400") }
  }

  @Test func uniformTotalsOfHAQsTable() throws {
    guard let table = try HAQTable() else {
      print(DeviceFiles.skipped)
      return
    }
    let model = try DeviceFiles.model("vu9p-bismo")
    #expect(table.layers.count == 53)
    for (weights, activations) in (1...8).map({ ($0, $0) }) + [(4, 8), (8, 4)] {
      let bits = LayerBits(weights: .init(weights), activations: .init(activations))
      let ours = try model.total(
        of: table.layers, bits: Array(repeating: bits, count: table.layers.count))
      let theirs = table.cycles.map { $0[weights - 1][activations - 1] }.reduce(0, +)
      let error = Double(ours.cycles) / theirs - 1
      print("w\(weights)a\(activations): \(ours.cycles), the table \(Int(theirs)), error \(error)")
      #expect(abs(error) < 0.02)
    }
  }

  @Test func layersOfHAQsTable() throws {
    guard let table = try HAQTable() else {
      print(DeviceFiles.skipped)
      return
    }
    let model = try DeviceFiles.model("vu9p-bismo")
    var errors: [Double] = []
    var pairs: [(ours: Double, theirs: Double)] = []
    for (index, layer) in table.layers.enumerated() {
      var error = 0.0
      for weights in 1...8 {
        for activations in 1...8 {
          let bits = LayerBits(weights: .init(weights), activations: .init(activations))
          let ours = Double(try model.cost(of: layer, bits: bits).cycles)
          let theirs = table.cycles[index][weights - 1][activations - 1]
          error += abs(ours / theirs - 1) / 64
          pairs.append((ours, theirs))
        }
      }
      errors.append(error)
    }
    // The rule by which layers were held out of the fit.
    let held = errors.indices.filter { ($0 + $0 / 3) % 3 == 2 }
    let fitted = errors.indices.filter { ($0 + $0 / 3) % 3 != 2 }
    func mean(_ places: [Int]) -> Double {
      places.map { errors[$0] }.reduce(0, +) / Double(places.count)
    }
    let correlation = rankCorrelation(pairs.map(\.ours), pairs.map(\.theirs))
    print("fitted \(mean(fitted)), held out \(mean(held)), Spearman \(correlation)")
    #expect(mean(fitted) < 0.025)
    #expect(mean(held) < 0.03)
    #expect(correlation > 0.995)
  }

  private func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double {
    let (a, b) = (ranks(left), ranks(right))
    let mean = Double(a.count - 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - mean) * (y - mean)
      aa += (x - mean) * (x - mean)
      bb += (y - mean) * (y - mean)
    }
    return ab / (aa * bb).squareRoot()
  }

  /// Ranks from 0; equal numbers share their mean rank.
  private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
      start = end + 1
    }
    return ranks
  }
}
