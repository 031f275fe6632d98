import Units

/// The cost model of a systolic array that keeps outputs, weights or inputs in place.
///
/// A layer is the matrix product of M output positions (over the batch), N output channels and K weights an
/// output, cut into folds of the array's R rows and C columns. Compute cycles are the closed forms that the
/// simulator SCALE-Sim 2.0.2 comes to (A. Samajdar et al., "A Systematic Methodology for Characterizing
/// Scalability of DNN Accelerators using SCALE-Sim", ISPASS 2020), as are the accesses to its three buffers
/// (see `SystolicFolds`). DRAM traffic, stalls and energy are this model's own (see `SystolicTraffic`).
///
/// A grouped convolution, depthwise ones included, is its groups one after the other: small products that
/// leave most of the array idle. Pooling and elementwise layers cost nothing; SCALE-Sim has none.
public struct Systolic: CostModel {
  /// What stays in the array.
  public enum Dataflow: String, CaseIterable, Sendable {
    /// Each unit sums up one output.
    case output
    /// Each unit keeps one weight.
    case weight
    /// Each unit keeps one input.
    case input
  }

  /// The device's name.
  public let device: String
  /// Those of the multipliers: an array has no gain from fewer.
  public let supportedBits: SupportedBits
  /// What stays in the array.
  public let dataflow: Dataflow
  let rows: Int
  let columns: Int
  let memory: SystolicMemory
  let clock: Double
  private let multiplyEnergy: Double
  private let addEnergy: Double
  private let bufferReadEnergy: Double
  private let bufferWriteEnergy: Double
  private let dramEnergy: Double

  /// The model of a device.
  ///
  /// - Throws: `HardwareError.constant` for a constant that is missing or out of range.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    device = reader.device.name
    dataflow = try reader.word("dataflow")
    rows = try reader.count("rows")
    columns = try reader.count("columns")
    supportedBits = SupportedBits(
      weights: try reader.bits("weightBits"), activations: try reader.bits("activationBits"))
    memory = SystolicMemory(
      inputHalf: try reader.count("inputBuffer") * 4,
      weightHalf: try reader.count("weightBuffer") * 4,
      outputHalf: try reader.count("outputBuffer") * 4,
      dramBits: try reader.count("dramBandwidth"),
      accumulatorBits: try reader.count("accumulatorBits"),
      outputBits: try reader.count("outputBits"))
    clock = try reader.number("clock")
    multiplyEnergy = try reader.number("multiplyEnergy", orZero: true)
    addEnergy = try reader.number("addEnergy", orZero: true)
    bufferReadEnergy = try reader.number("bufferReadEnergy", orZero: true)
    bufferWriteEnergy = try reader.number("bufferWriteEnergy", orZero: true)
    dramEnergy = try reader.number("dramEnergy", orZero: true)
    // Says which batch a network is priced with; a workload carries its own.
    _ = try reader.count("batch")
  }

  /// How a layer, or one group of it, is cut into folds: its cycles and words without regard to memory.
  public func folds(of workload: Workload) -> SystolicFolds {
    SystolicFolds(
      dataflow: dataflow, rows: rows, columns: columns, positions: workload.outputPixels,
      outputs: workload.outputChannels / workload.groups, reduction: workload.reduction)
  }

  /// What one layer costs, for its whole batch: `accesses` of `input`, `weight` and `output`, the buffers,
  /// and of `dram`.
  ///
  /// `computeCycles` is the closed form (SCALE-Sim reports one less, the number of its last cycle), and
  /// `cycles` adds the stalls of `SystolicTraffic`.
  ///
  /// - Throws: `HardwareError.unsupportedBits`; `unsupportedLayer` when the traffic is beyond counting.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    guard workload.hasProducts else { return .zero }
    let folds = folds(of: workload)
    let traffic = SystolicTraffic(of: workload, folds: folds, bits: bits, memory: memory)
    let (a, w) = (bits.activations.value, bits.weights.value)
    let perGroup = [
      folds.cycles, SaturatingCount.sum(folds.cycles, traffic.stallCycles),
      SaturatingCount.product(folds.inputReads, a), traffic.inputBits,
      SaturatingCount.product(folds.weightReads, w), traffic.weightBits,
      SaturatingCount.product(folds.outputWrites, memory.accumulatorBits), traffic.drainedBits,
      traffic.readBits, traffic.writtenBits,
    ]
    let counts = perGroup.map { SaturatingCount.product($0, workload.groups) }
    guard counts.allSatisfy({ $0 <= SaturatingCount.largest }) else {
      throw .unsupportedLayer(
        device: device,
        layer: "\(workload.operation.rawValue) of \(workload.inputChannels) to "
          + "\(workload.outputChannels) channels",
        reason: "its cycles or the bits that it moves are beyond counting")
    }
    let accesses = [
      MemoryAccess("input", readBits: counts[2], writtenBits: counts[3]),
      MemoryAccess("weight", readBits: counts[4], writtenBits: counts[5]),
      MemoryAccess("output", readBits: counts[7], writtenBits: counts[6]),
      MemoryAccess("dram", readBits: counts[8], writtenBits: counts[9]),
    ]
    return Cost(
      latency: Seconds(Double(counts[1]) / clock),
      energy: energy(macs: workload.macs, bits: bits, accesses: accesses), cycles: counts[1],
      computeCycles: counts[0], stallCycles: counts[1] - counts[0], accesses: accesses,
      bound: counts[1] > counts[0] ? .memory : .compute)
  }

  /// macs · (multiply · w · a + add) + what moves through the buffers and DRAM.
  private func energy(macs: Int, bits: LayerBits, accesses: [MemoryAccess]) -> Joules {
    let product = multiplyEnergy * Double(bits.weights.value * bits.activations.value)
    var picojoules = Double(macs) * (product + addEnergy)
    for access in accesses.dropLast() {
      picojoules += Double(access.readBits) * bufferReadEnergy
      picojoules += Double(access.writtenBits) * bufferWriteEnergy
    }
    picojoules += Double(accesses[3].readBits + accesses[3].writtenBits) * dramEnergy
    return Joules(picojoules * 1e-12)
  }
}
