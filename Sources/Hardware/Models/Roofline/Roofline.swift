internal import Units

/// A processor by its two limits, arithmetic and memory, and the time to start a layer.
///
///     t = max(operations / (η · peak), bytes / (β · bandwidth)) + launch
///
/// Operations are 2 · MACs, in the next number format that holds both sides' bits; bytes are weights, input
/// and output, each number rounded up to the next width that memory holds. Elementwise and pooling layers
/// only move bytes.
///
///     E = idle share · power · t + (1 − idle share) · power / peak · operations + bytes · energyPerByte
///
/// Source of the time: Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
public struct Roofline: CostModel {
  /// The device's name.
  public let device: String
  /// The bits of either side; those that the processor lacks are computed in the next format.
  public let supportedBits: SupportedBits
  /// Examples that the device's users put through at once; a workload states its own.
  public let batch: Int
  /// Cycles in a second.
  public let clock: Double
  let types: ArithmeticTypes
  private let storageBits: [Int]
  let bandwidth: Double
  private let bandwidthEfficiency: Double
  private let launch: Double
  private let power: Double
  private let idleShare: Double
  private let energyPerByte: Double

  /// A model with a device's constants: those of `ArithmeticTypes`, `storageBits`, `bits`, `bandwidth`,
  /// `bandwidthEfficiency`, `launch`, `clock`, `batch`, `power`, `idleShare` and `energyPerByte`.
  ///
  /// - Throws: `HardwareError.constant`.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    device = reader.device.name
    types = try ArithmeticTypes(&reader)
    storageBits = try reader.bits("storageBits")
    bandwidth = try reader.number("bandwidth")
    bandwidthEfficiency = try reader.share("bandwidthEfficiency")
    launch = try reader.number("launch", orZero: true)
    clock = try reader.number("clock")
    batch = try reader.count("batch")
    power = try reader.number("power")
    idleShare = try reader.share("idleShare")
    energyPerByte = try reader.number("energyPerByte", orZero: true)
    let bits = try reader.bits("bits")
    let widest = min(types.formats.last?.bits ?? 0, storageBits.last ?? 0)
    guard let most = bits.last, most <= widest else {
      throw .constant(
        device: device, name: "bits",
        expected: "at most the \(widest) bits that are both computed and stored",
        found: "\(bits)")
    }
    supportedBits = SupportedBits(weights: bits, activations: bits)
  }

  /// The operations for each byte at which arithmetic and memory take equally long at their peaks.
  ///
  /// - Throws: `HardwareError.unsupportedBits`.
  public func ridge(bits: LayerBits) throws(HardwareError) -> Double {
    try format(for: bits).peak / bandwidth
  }

  /// What one layer costs.
  ///
  /// - Throws: `HardwareError.unsupportedBits`; `workload` for counts beyond what `Int` holds.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    let format = try format(for: bits)
    let weightWidth = stored(bits.weights.value)
    let activationWidth = stored(bits.activations.value)
    let reads = workload.weights * weightWidth + workload.inputElements * activationWidth
    let writes = workload.outputElements * activationWidth
    let bytes = Double(reads + writes) / 8
    let operations = 2 * Double(workload.macs)
    let reached = workload.isDepthwise ? format.reachedDepthwise : format.reached
    let compute = operations / reached
    let memory = bytes / (bandwidthEfficiency * bandwidth)
    let time = max(compute, memory) + launch
    let energy =
      idleShare * power * time + (1 - idleShare) * power / format.peak * operations
      + bytes * energyPerByte
    let cycles = try CheckedCount.roundedUp("cycles", time * clock)
    let computeCycles = min(
      cycles, try CheckedCount.roundedUp("cycles", compute * clock))
    return Cost(
      latency: Seconds(time), energy: Joules(energy), cycles: cycles, computeCycles: computeCycles,
      stallCycles: cycles - computeCycles,
      accesses: [MemoryAccess("dram", readBits: reads, writtenBits: writes)],
      bound: launch > max(compute, memory) ? .overhead : compute >= memory ? .compute : .memory)
  }

  private func format(for bits: LayerBits) throws(HardwareError) -> ArithmeticTypes.Format {
    try supportedBits.check(bits, device: device)
    guard let format = types.format(for: bits) else {
      throw .unsupportedBits(
        device: device, operand: "arithmetic",
        bits: max(bits.weights.value, bits.activations.value),
        supported: types.formats.map { "\($0.bits)" }.joined(separator: ", "))
    }
    return format
  }

  /// The width that memory holds a number of so many bits in.
  private func stored(_ bits: Int) -> Int { storageBits.first { $0 >= bits } ?? bits }
}
