public import Units

/// The cost model of Bit Fusion, an array of units that divide into more and smaller multipliers where
/// operands have fewer bits.
///
/// Cycles, stalls and accesses are those of the published simulator: H. Sharma et al., "Bit Fusion:
/// Bit-Level Dynamically Composable Architecture for Accelerating Deep Neural Networks", ISCA 2018, and
/// github.com/hsharma35/bitfusion, whose search over tilings and orders of the loops is carried out for every
/// layer (see `BitFusionSearch`). Operands of 3 bits compute as ones of 4 and of 5 to 7 as ones of 8, while
/// traffic takes the bits as they are; partial sums always take the same bits (32).
///
/// Three things go beyond the simulator, which knows square convolutions and dense layers alone: extents
/// that differ in height and width are cut into tiles of the same power of two, each capped at its extent; a
/// depthwise convolution has one input channel to a sum (rows used to 1 / (N F)) and its channels side by side
/// on the columns, with inputs of its own for each; another grouped convolution is its groups one after the
/// other. Pooling and elementwise layers cost nothing, as in the simulator, which leaves them out.
public struct BitFusion: CostModel {
  /// The device's name.
  public let device: String
  /// Every width up to the widest operand.
  public let supportedBits: SupportedBits
  let array: BitFusionArray
  private let energies: BitFusionEnergies
  let clock: Double

  /// The energy of a layer by what takes it.
  public struct EnergyShares: Equatable, Sendable {
    /// The array.
    public let array: Joules
    /// The three buffers.
    public let buffers: Joules
    /// DRAM.
    public let dram: Joules
  }

  /// The model of a device.
  ///
  /// - Throws: `HardwareError.constant` for a constant that is missing or out of range.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    device = reader.device.name
    let maximumBits = try reader.count("maximumBits", atMost: 32)
    func half(_ bytes: Int) -> Int { bytes * 4 }
    array = BitFusionArray(
      rows: try reader.count("rows"), columns: try reader.count("columns"),
      maximumBits: maximumBits,
      minimumBits: try reader.count("minimumBits", atMost: maximumBits),
      outputBits: try reader.count("outputBits"), dramBits: try reader.count("dramBandwidth"),
      halves: BitFusionTensors(
        weights: half(try reader.count("weightBuffer")),
        inputs: half(try reader.count("inputBuffer")),
        outputs: half(try reader.count("outputBuffer"))))
    energies = BitFusionEnergies(
      fusionUnit: try reader.number("fusionUnitEnergy", orZero: true),
      units: Double(array.rows) * Double(array.columns),
      weightRead: try reader.number("weightBufferReadEnergy", orZero: true),
      weightWrite: try reader.number("weightBufferWriteEnergy", orZero: true),
      inputRead: try reader.number("inputBufferReadEnergy", orZero: true),
      inputWrite: try reader.number("inputBufferWriteEnergy", orZero: true),
      outputRead: try reader.number("outputBufferReadEnergy", orZero: true),
      outputWrite: try reader.number("outputBufferWriteEnergy", orZero: true),
      dram: try reader.number("dramEnergy", orZero: true))
    clock = try reader.number("clock")
    // Says which batch a network is priced with; a workload carries its own.
    _ = try reader.count("batch")
    supportedBits = SupportedBits(weights: 1...maximumBits, activations: 1...maximumBits)
  }

  /// What one layer costs, for its whole batch: `accesses` of `wbuf`, `ibuf`, `obuf` and `dram`.
  ///
  /// - Throws: `HardwareError.unsupportedBits` above the widest operand; `unsupportedLayer` when no tile fits
  ///   into the buffers, or the traffic is beyond counting.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    guard workload.hasProducts else { return .zero }
    let layer = BitFusionLayer(workload, bits: bits)
    guard let found = BitFusionSearch.best(array: array, layer: layer, energies: energies) else {
      throw unsupported(workload, "not even its smallest tile fits into half of each buffer")
    }
    let groups = BitFusionLayer.repetitions(of: workload)
    func count(_ parts: Int...) throws(HardwareError) -> Int {
      let sum = SaturatingCount.product(parts.reduce(0, SaturatingCount.sum), groups)
      guard sum <= SaturatingCount.largest else {
        throw unsupported(workload, "its cycles or the bits that it moves are beyond counting")
      }
      return sum
    }
    let (moves, filled) = (found.moves, found.filled)
    let outputs = try count(moves.outputs, filled.outputs)
    let dramRead = try count(filled.weights, filled.inputs, filled.outputs)
    let accesses = [
      MemoryAccess(
        "wbuf", readBits: try count(moves.weights), writtenBits: try count(filled.weights)),
      MemoryAccess(
        "ibuf", readBits: try count(moves.inputs), writtenBits: try count(filled.inputs)),
      MemoryAccess("obuf", readBits: outputs, writtenBits: outputs),
      MemoryAccess("dram", readBits: dramRead, writtenBits: try count(filled.outputs)),
    ]
    let cycles = try count(found.cycles)
    let compute = try count(found.computeCycles)
    let transfer = SaturatingCount.ceiling(
      dramRead + accesses[3].writtenBits, by: array.dramBits)
    return Cost(
      latency: Seconds(Double(cycles) / clock),
      energy: Joules(found.energy * Double(groups) * 1e-12), cycles: cycles,
      computeCycles: compute, stallCycles: cycles - compute, accesses: accesses,
      bound: transfer > compute ? .memory : .compute)
  }

  /// Parts a cost of this model into the array, the buffers and DRAM, which add up to its energy.
  public func energyShares(of cost: Cost) -> EnergyShares {
    func bits(_ memory: String) -> (read: Double, written: Double) {
      let access = cost.accesses.first { $0.memory == memory }
      return (Double(access?.readBits ?? 0), Double(access?.writtenBits ?? 0))
    }
    let (weights, inputs, outputs, dram) = (bits("wbuf"), bits("ibuf"), bits("obuf"), bits("dram"))
    let buffers =
      weights.read * energies.weightRead + weights.written * energies.weightWrite
      + inputs.read * energies.inputRead + inputs.written * energies.inputWrite
      + outputs.read * energies.outputRead + outputs.written * energies.outputWrite
    return EnergyShares(
      array: Joules(
        Double(cost.computeCycles) * energies.fusionUnit * energies.units * 1e-12),
      buffers: Joules(buffers * 1e-12),
      dram: Joules((dram.read + dram.written) * energies.dram * 1e-12))
  }

  private func unsupported(_ workload: Workload, _ reason: String) -> HardwareError {
    .unsupportedLayer(
      device: device,
      layer: "\(workload.operation.rawValue) of \(workload.inputChannels) to "
        + "\(workload.outputChannels) channels", reason: reason)
  }
}

extension DeviceReader {
  /// A count with a largest value too.
  fileprivate mutating func count(_ name: String, atMost most: Int) throws(HardwareError) -> Int {
    let count = try count(name)
    guard count <= most else {
      throw .constant(
        device: device.name, name: name, expected: "a whole number between 1 and \(most)",
        found: "\(count)")
    }
    return count
  }
}
