public import Hardware
import Units

/// A processor that charges for arithmetic and for cache misses.
///
///     misses  = lines(input) + lines(output) + lines(weights) · passes
///     passes  = ⌈output pixels / tile⌉ where the weights do not fit into the cache, else 1
///     latency = MACs / speed + misses · penalty
///     energy  = MACs · macEnergy + misses · missEnergy
///
/// Lines are counted in whole ones; weights that do not fit are fetched anew for each tile of the output.
public struct CacheMissModel: CostModel {
  /// The device's name.
  public let device: String
  /// One to sixteen bits for either.
  public let supportedBits = SupportedBits(weights: 1...16, activations: 1...16)

  private let cacheBytes, lineBytes, tile: Int
  private let speed, penalty, macEnergy, missEnergy: Double

  /// A model with the constants of a device's file.
  ///
  /// - Throws: `HardwareError.constant` for one that is missing, unknown or out of range.
  public init(_ device: Device) throws(HardwareError) {
    var reader = DeviceReader(device)
    self.device = device.name
    cacheBytes = try reader.count("cacheBytes")
    lineBytes = try reader.count("lineBytes")
    tile = try reader.count("tilePixels")
    speed = try reader.number("macsPerSecond")
    penalty = try reader.number("missSeconds", orZero: true)
    macEnergy = try reader.number("macJoules", orZero: true)
    missEnergy = try reader.number("missJoules", orZero: true)
    try reader.finish()
  }

  /// What one layer costs.
  ///
  /// - Throws: `HardwareError.unsupportedBits`.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    let weights = bytes(workload.weights, bits.weights)
    let passes = weights > cacheBytes ? divide(workload.outputPixels, by: tile) : 1
    let misses =
      Double(lines(bytes(workload.inputElements, bits.activations)))
      + Double(lines(bytes(workload.outputElements, bits.activations)))
      + Double(lines(weights)) * Double(passes)
    let macs = Double(workload.macs)
    let waiting = misses * penalty
    return Cost(
      latency: Seconds(macs / speed + waiting),
      energy: Joules(macs * macEnergy + misses * missEnergy), cycles: 0, computeCycles: 0,
      stallCycles: 0, bound: waiting > macs / speed ? .memory : .compute)
  }

  /// Whole bytes of some elements.
  private func bytes(_ elements: Int, _ bits: BitWidth) -> Int {
    divide(elements * bits.value, by: 8)
  }

  private func lines(_ bytes: Int) -> Int { divide(bytes, by: lineBytes) }

  /// The quotient, rounded up.
  private func divide(_ count: Int, by part: Int) -> Int { (count + part - 1) / part }
}
