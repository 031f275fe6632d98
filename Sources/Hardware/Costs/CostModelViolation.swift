/// A place where a cost model breaks the contract of `CostModelCheck`.
public struct CostModelViolation: Equatable, Sendable {
  /// What is broken.
  public let rule: Rule
  /// The layer.
  public let workload: Workload
  /// Its bits.
  public let bits: LayerBits
  /// What was found there.
  public let found: String

  /// A rule of the contract.
  public enum Rule: String, CaseIterable, Sendable {
    /// Asked twice, a model says the same.
    case deterministic
    /// Times, energies and counts are finite and not negative.
    case finite
    /// Where cycles are counted, they are those that compute and those that wait.
    case cyclesAddUp
    /// Supported bits are priced, others are refused with `HardwareError.unsupportedBits`.
    case bits
    /// More bits of weights cost no less time.
    case weightBitsLatency
    /// More bits of weights cost no less energy.
    case weightBitsEnergy
    /// More bits of activations cost no less time.
    case activationBitsLatency
    /// More bits of activations cost no less energy.
    case activationBitsEnergy
    /// More input channels cost no less time.
    case inputChannelsLatency
    /// More input channels cost no less energy.
    case inputChannelsEnergy
    /// More output channels cost no less time.
    case outputChannelsLatency
    /// More output channels cost no less energy.
    case outputChannelsEnergy
    /// A larger batch costs no less time.
    case batchLatency
    /// A larger batch costs no less energy.
    case batchEnergy
    /// A batch twice as large costs at most twice the time: it could be run in halves.
    case twiceTheBatchLatency
    /// A batch twice as large costs at most twice the energy.
    case twiceTheBatchEnergy
  }

  /// A violation.
  public init(rule: Rule, workload: Workload, bits: LayerBits, found: String) {
    self.rule = rule
    self.workload = workload
    self.bits = bits
    self.found = found
  }
}

extension CostModelViolation: CustomStringConvertible {
  /// One sentence with the rule, the layer and what was found.
  public var description: String {
    let layer = workload
    let extents =
      "\(layer.operation.rawValue) of \(layer.inputChannels) to \(layer.outputChannels) channels, kernel "
      + "\(layer.kernel.height) × \(layer.kernel.width), output \(layer.output.height) × "
      + "\(layer.output.width), groups \(layer.groups), batch \(layer.batch)"
    return "\(rule.rawValue): \(extents), \(bits) bits: \(found)"
  }
}
