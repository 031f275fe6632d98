internal import Units

/// A bit-serial overlay on an FPGA: time grows with the product of the bits where the units are busy, and
/// with the bits of either side where memory is.
///
/// A convolution is one matrix product for each group: its rows are the output positions of the batch, its
/// columns the group's output channels, its depth kernel · input channels of the group. The stages overlap:
///
///     cycles = max(fetch, execute, result) + fill
///     fetch = ⌈reads/port⌉, result = ⌈writes/port⌉, fill = ⌈first stripes/port⌉ + ⌈last tile/port⌉
///
/// Layers without products only move their input and output through the port. Sources and what differs
/// from BISMO's own runtime: the page beside this file.
public struct BISMO: CostModel {
  /// The device's name.
  public let device: String
  /// The arithmetic units and their buffers.
  public let overlay: BISMOOverlay
  /// The bits of either side.
  public let supportedBits: SupportedBits
  /// Cycles in a second.
  public let clock: Double
  /// Examples that the device's users put through at once; a workload states its own.
  public let batch: Int
  let portBits: Int
  private let overhead: Int
  private let resultWidth: Int
  private let groupsPerProduct: Int
  private let energies: BitSerialEnergies

  /// A model with a device's constants: `rows`, `depth`, `columns`, `rowBufferWords`, `columnBufferWords`,
  /// `lookupTables`, `blockMemories`, `clock`, `memoryBytesPerCycle`, `instructionOverhead`, `resultBits`,
  /// `groupsPerProduct`, `bits`, `batch` and the energies.
  ///
  /// - Throws: `HardwareError.constant`; `doesNotFit` for an overlay that exceeds its FPGA.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    device = reader.device.name
    overlay = try BISMOOverlay(
      rows: reader.count("rows"), depth: reader.count("depth"), columns: reader.count("columns"),
      rowBufferWords: reader.count("rowBufferWords"),
      columnBufferWords: reader.count("columnBufferWords"), device: device)
    try overlay.check(
      lookupTables: reader.count("lookupTables"), blockMemories: reader.count("blockMemories"),
      device: device)
    clock = try reader.number("clock")
    portBits = try 8 * reader.count("memoryBytesPerCycle")
    overhead = try reader.count("instructionOverhead", least: 0)
    resultWidth = try reader.count("resultBits")
    groupsPerProduct = try reader.count("groupsPerProduct")
    let bits = try reader.bits("bits")
    supportedBits = SupportedBits(weights: bits, activations: bits)
    batch = try reader.count("batch")
    energies = try BitSerialEnergies(&reader)
  }

  /// What one layer costs.
  ///
  /// - Throws: `HardwareError.unsupportedBits`; `doesNotFit` when a buffer holds not one word of each bit;
  ///   `workload` for counts beyond what `Int` holds.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    guard workload.hasProducts else { return try moving(workload, bits: bits) }
    let packed = min(groupsPerProduct, workload.groups)
    let products = CheckedCount.parts(workload.groups, of: packed)
    let product = try BISMOProduct(
      .init(
        rows: workload.outputPixels,
        columns: CheckedCount.product(
          "columns", workload.outputChannels / workload.groups, packed),
        depth: CheckedCount.product("depth", workload.reduction, packed)),
      bits: bits, on: overlay, overhead: overhead, resultWidth: resultWidth, device: device)
    let execute = try CheckedCount.product("cycles", product.executeCycles, products)
    let reads = try CheckedCount.product("traffic", product.readBits, products)
    let writes = try CheckedCount.product("traffic", product.resultBits, products)
    let fetch = CheckedCount.parts(reads, of: portBits)
    let result = CheckedCount.parts(writes, of: portBits)
    let fill =
      CheckedCount.parts(product.firstBits, of: portBits)
      + CheckedCount.parts(product.lastBits, of: portBits)
    let cycles = max(fetch, execute, result) + fill
    return finished(
      cycles: cycles, execute: execute, reads: reads, writes: writes,
      binaryOperations: Double(workload.macs) * 2 * bits.binaryProducts)
  }

  private func moving(_ workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    let reads = workload.inputElements * bits.activations.value
    let writes = workload.outputElements * bits.activations.value
    let cycles = CheckedCount.parts(max(reads, writes), of: portBits)
    return finished(cycles: cycles, execute: 0, reads: reads, writes: writes, binaryOperations: 0)
  }

  private func finished(
    cycles: Int, execute: Int, reads: Int, writes: Int, binaryOperations: Double
  ) -> Cost {
    let latency = Seconds(Double(cycles) / clock)
    return Cost(
      latency: latency,
      energy: energies.energy(
        binaryOperations: binaryOperations, memoryBits: reads + writes, latency: latency),
      cycles: cycles, computeCycles: execute, stallCycles: cycles - execute,
      accesses: [MemoryAccess("dram", readBits: reads, writtenBits: writes)],
      bound: execute >= CheckedCount.parts(max(reads, writes), of: portBits) ? .compute : .memory)
  }
}
