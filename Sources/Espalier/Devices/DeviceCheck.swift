import Hardware

/// What `espalier check --device` looks at: the contract of a device's cost model, on a few layers.
public struct DeviceCheck {
  /// The device's name.
  public let device: String
  /// Every rule, with what became of it.
  public let outcomes: [RuleOutcome]

  /// Checks a device's model.
  ///
  /// - Throws: `HardwareError` for a layer that is none, which these are not.
  public init(_ device: PricingDevice) throws {
    self.device = device.name
    outcomes = RuleOutcome.all(
      CostModelCheck.report(on: device.model, layers: try Self.layers()))
  }

  /// The rules that were tried.
  public var rules: [String] { outcomes.tried }
  /// Where they do not hold, as sentences; each rule at most once.
  public var violations: [String] { outcomes.violations }

  /// One layer of each kind that networks are made of.
  private static func layers() throws(HardwareError) -> [Workload] {
    [
      try Workload(
        .convolution, inputChannels: 16, outputChannels: 32, output: .init(8), kernel: .init(3)),
      try Workload(.convolution, inputChannels: 64, outputChannels: 48, output: .init(7)),
      try Workload(
        .convolution, inputChannels: 32, outputChannels: 32, output: .init(14), kernel: .init(3),
        stride: .init(2), groups: 32),
      try Workload(.dense, inputChannels: 512, outputChannels: 10, output: .init(1)),
    ]
  }
}

extension CostModelViolation.Rule {
  /// The rule as a sentence.
  var sentence: String {
    switch self {
    case .deterministic: "asked twice, a model says the same"
    case .finite: "times, energies and counts are finite and not negative"
    case .cyclesAddUp: "cycles are those that compute and those that wait"
    case .bits: "supported bits are priced and others refused"
    case .weightBitsLatency: "more bits of weights cost no less time"
    case .weightBitsEnergy: "more bits of weights cost no less energy"
    case .activationBitsLatency: "more bits of activations cost no less time"
    case .activationBitsEnergy: "more bits of activations cost no less energy"
    case .inputChannelsLatency: "more input channels cost no less time"
    case .inputChannelsEnergy: "more input channels cost no less energy"
    case .outputChannelsLatency: "more output channels cost no less time"
    case .outputChannelsEnergy: "more output channels cost no less energy"
    case .batchLatency: "a larger batch costs no less time"
    case .batchEnergy: "a larger batch costs no less energy"
    case .twiceTheBatchLatency: "a batch twice as large costs at most twice the time"
    case .twiceTheBatchEnergy: "a batch twice as large costs at most twice the energy"
    }
  }
}
