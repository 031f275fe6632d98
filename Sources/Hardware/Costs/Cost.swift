public import Units

/// What a layer, or several one after the other, cost on a piece of hardware.
public struct Cost: Equatable, Sendable {
  /// The time of the whole batch.
  public var latency: Seconds
  /// The energy of the whole batch.
  public var energy: Joules
  /// Clock cycles of the whole batch: compute and stalls.
  public var cycles: Int
  /// Cycles in which the arithmetic units work.
  public var computeCycles: Int
  /// Cycles in which they wait.
  public var stallCycles: Int
  /// What moves through each memory, in the order in which the model names them.
  public var accesses: [MemoryAccess]
  /// What the time goes into.
  public var bound: Bound

  /// What keeps a layer from being faster.
  public enum Bound: String, Codable, Sendable {
    /// The arithmetic units.
    case compute
    /// Moving weights or activations.
    case memory
    /// Starting the work at all.
    case overhead
    /// Several layers, or one that costs nothing.
    case mixed
  }

  /// A cost.
  public init(
    latency: Seconds, energy: Joules, cycles: Int, computeCycles: Int, stallCycles: Int,
    accesses: [MemoryAccess] = [], bound: Bound
  ) {
    self.latency = latency
    self.energy = energy
    self.cycles = cycles
    self.computeCycles = computeCycles
    self.stallCycles = stallCycles
    self.accesses = accesses
    self.bound = bound
  }

  /// What costs nothing.
  public static let zero = Cost(
    latency: .zero, energy: .zero, cycles: 0, computeCycles: 0, stallCycles: 0, bound: .mixed)

  /// One after the other: sums, memories matched by name.
  public static func + (left: Cost, right: Cost) -> Cost {
    var accesses = left.accesses
    for access in right.accesses {
      if let place = accesses.firstIndex(where: { $0.memory == access.memory }) {
        let sum = accesses[place]
        accesses[place].readBits = SaturatingCount.sum(sum.readBits, access.readBits)
        accesses[place].writtenBits = SaturatingCount.sum(sum.writtenBits, access.writtenBits)
      } else {
        accesses.append(access)
      }
    }
    return Cost(
      latency: left.latency + right.latency, energy: left.energy + right.energy,
      cycles: SaturatingCount.sum(left.cycles, right.cycles),
      computeCycles: SaturatingCount.sum(left.computeCycles, right.computeCycles),
      stallCycles: SaturatingCount.sum(left.stallCycles, right.stallCycles), accesses: accesses,
      bound: .mixed)
  }
}

/// The bits that move through one memory.
public struct MemoryAccess: Equatable, Sendable {
  /// The memory's name, such as `dram` or `wbuf`.
  public let memory: String
  /// Bits read from it.
  public var readBits: Int
  /// Bits written to it.
  public var writtenBits: Int

  /// Traffic of a memory.
  public init(_ memory: String, readBits: Int, writtenBits: Int) {
    self.memory = memory
    self.readBits = readBits
    self.writtenBits = writtenBits
  }
}
