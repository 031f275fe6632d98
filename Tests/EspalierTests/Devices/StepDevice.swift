import Hardware
import Units

/// A device whose figures are worked out by hand: a cycle a multiply-accumulate at 1 kHz, one nanojoule each,
/// and bits that the test chooses.
struct StepDevice: RooflineDevice {
  var device = "step"
  var supportedBits = SupportedBits(weights: [4, 8], activations: [8])
  var bandwidthBytesPerSecond = 100.0

  func peakMACsPerSecond(_ bits: LayerBits) -> Double { 8000 / Double(bits.weights.value) }

  func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    try supportedBits.check(bits, device: device)
    guard workload.hasProducts else { return .zero }
    return Cost(
      latency: Seconds(Double(workload.macs) / 1000), energy: Joules(Double(workload.macs) * 1e-9),
      cycles: workload.macs, computeCycles: workload.macs, stallCycles: 0,
      accesses: [MemoryAccess("dram", readBits: 8 * workload.macs, writtenBits: 0)],
      bound: .compute)
  }
}
