internal import Units

/// A bit-serial array in a cloud FPGA, in the form that HAQ's published table of latencies has.
///
/// It shares BISMO's units (rows of positions × columns of channels × a depth of bits) and differs in how
/// operands come in; the page beside this file derives each term. For one image, with
/// n = ⌈K² · I / depth⌉, O output channels, P output positions, w and a bits:
///
///     weights     = cyclesPerWeightVector · w · O · n
///     activations = cyclesPerActivationVector · a · P · n
///     compute     = w · a · n · O · max(P, rows) / (rows · columns)
///     streamed    = max(weights, compute + exposedActivations · activations)
///     resident    = weights + compute
///     cycles      = images · max(min(streamed, resident), activations)
///
/// A depthwise layer takes ⌈C / depthwiseChannels⌉ · max(a · P, depthwiseCyclesPerWeight · K² · w) for one
/// image; a dense layer is one image of `batch` positions, and at least its weights' bits over
/// `denseWeightBitsPerCycle`.
public struct BitSerialArray: CostModel {
  /// The device's name.
  public let device: String
  /// The bits of either side.
  public let supportedBits: SupportedBits
  /// Cycles in a second.
  public let clock: Double
  /// Examples that the device's users put through at once; a workload states its own.
  public let batch: Int
  /// The arithmetic units.
  public let overlay: BISMOOverlay
  private var rows: Int { overlay.rows }
  private var columns: Int { overlay.columns }
  var depth: Int { overlay.depth }
  private let cyclesPerWeightVector: Double
  private let cyclesPerActivationVector: Double
  private let exposedActivations: Double
  private let depthwiseChannels: Int
  private let depthwiseCyclesPerWeight: Double
  private let denseWeightBitsPerCycle: Double
  private let energies: BitSerialEnergies

  /// A model with a device's constants, named as in the equations.
  ///
  /// The array takes what an overlay of BISMO's with buffers of 1024 words takes of `lookupTables` and
  /// `blockMemories`.
  ///
  /// - Throws: `HardwareError.constant`; `doesNotFit` for an array that exceeds its FPGA.
  init(_ reader: inout DeviceReader) throws(HardwareError) {
    device = reader.device.name
    overlay = try BISMOOverlay(
      rows: reader.count("rows"), depth: reader.count("depth"), columns: reader.count("columns"),
      device: device)
    try overlay.check(
      lookupTables: reader.count("lookupTables"), blockMemories: reader.count("blockMemories"),
      device: device)
    cyclesPerWeightVector = try reader.number("cyclesPerWeightVector")
    cyclesPerActivationVector = try reader.number("cyclesPerActivationVector")
    exposedActivations = try reader.number("exposedActivations", orZero: true)
    depthwiseChannels = try reader.count("depthwiseChannels")
    depthwiseCyclesPerWeight = try reader.number("depthwiseCyclesPerWeight", orZero: true)
    denseWeightBitsPerCycle = try reader.number("denseWeightBitsPerCycle")
    clock = try reader.number("clock")
    let bits = try reader.bits("bits")
    supportedBits = SupportedBits(weights: bits, activations: bits)
    batch = try reader.count("batch")
    energies = try BitSerialEnergies(&reader)
  }

  /// What one layer costs.
  ///
  /// - Throws: `HardwareError.unsupportedBits`; `workload` for counts beyond what `Int` holds.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    let work = Work(workload, bits: bits)
    let shares =
      if !workload.hasProducts {
        moving(workload, bits: bits)
      } else if workload.isDepthwise {
        depthwise(work)
      } else {
        products(work)
      }
    let cycles = try CheckedCount.roundedUp("cycles", shares.cycles)
    let compute = min(cycles, try CheckedCount.roundedUp("cycles", shares.compute))
    let reads = try CheckedCount.roundedUp("traffic", shares.readBits)
    let writes = workload.outputElements * bits.activations.value
    let latency = Seconds(Double(cycles) / clock)
    return Cost(
      latency: latency,
      energy: energies.energy(
        binaryOperations: Double(workload.macs) * 2 * bits.binaryProducts,
        memoryBits: reads + writes, latency: latency),
      cycles: cycles, computeCycles: compute, stallCycles: cycles - compute,
      accesses: [MemoryAccess("dram", readBits: reads, writtenBits: writes)],
      bound: 2 * compute >= cycles ? .compute : .memory)
  }

  /// A layer's numbers as the equations use them.
  private struct Work {
    let images: Double
    let positions: Double
    let channels: Double
    let groups: Double
    let reduction: Int
    let kernel: Double
    let weights: Double
    let activations: Double
    let isDense: Bool

    init(_ workload: Workload, bits: LayerBits) {
      // A matrix times vectors has one image, whose positions are the examples: weights come in once.
      let isConvolution = workload.operation == .convolution
      images = isConvolution ? Double(workload.batch) : 1
      positions = Double(isConvolution ? workload.output.area : workload.outputPixels)
      channels = Double(workload.outputChannels / workload.groups)
      groups = Double(workload.groups)
      reduction = workload.reduction
      kernel = Double(workload.kernel.area)
      weights = Double(bits.weights.value)
      activations = Double(bits.activations.value)
      isDense = workload.operation == .dense
    }
  }

  private struct Shares {
    let cycles: Double
    let compute: Double
    let readBits: Double
  }

  private func products(_ work: Work) -> Shares {
    let vectors = Double(CheckedCount.parts(work.reduction, of: depth))
    let weights = work.weights * work.channels * vectors
    let activations = work.activations * work.positions * vectors
    let units = Double(rows) * Double(columns)
    let compute =
      weights * work.activations * max(work.positions, Double(rows)) / units
    let weightCycles = cyclesPerWeightVector * weights
    let activationCycles = cyclesPerActivationVector * activations
    let streamed = max(weightCycles, compute + exposedActivations * activationCycles)
    let repeats = work.images * work.groups
    var cycles = repeats * max(min(streamed, weightCycles + compute), activationCycles)
    if work.isDense {
      let bits = work.weights * work.channels * work.groups * Double(work.reduction)
      cycles = max(cycles, bits / denseWeightBitsPerCycle)
    }
    return Shares(
      cycles: cycles, compute: repeats * compute,
      readBits: repeats * Double(depth) * (weights + activations))
  }

  private func depthwise(_ work: Work) -> Shares {
    let channels = work.channels * work.groups
    let passes = (channels / Double(depthwiseChannels)).rounded(.up)
    let weights = depthwiseCyclesPerWeight * work.kernel * work.weights
    let activations = cyclesPerActivationVector * work.activations * work.positions
    let cycles = work.images * passes * max(activations, weights)
    let ideal =
      work.images * work.positions * channels * work.kernel * work.weights * work.activations
    let units = Double(rows) * Double(columns) * Double(depth)
    // A vector holds the windows of all the channels of a pass.
    let readBits =
      work.images * channels * work.kernel
      * (work.activations * work.positions + work.weights)
    return Shares(cycles: cycles, compute: ideal / units, readBits: readBits)
  }

  private func moving(_ workload: Workload, bits: LayerBits) -> Shares {
    let most = Double(max(workload.inputElements, workload.outputElements))
    let activations = Double(bits.activations.value)
    return Shares(
      cycles: cyclesPerActivationVector * most * activations / Double(depth), compute: 0,
      readBits: Double(workload.inputElements) * activations)
  }
}
