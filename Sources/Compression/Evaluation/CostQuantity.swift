/// What of a network's cost can be counted; the names are those that budgets use.
///
/// Every quantity is a whole number, so that "within the limit" is exact.
public enum CostQuantity: String, CaseIterable, Codable, Sendable {
  /// Multiply-accumulates.
  case macs
  /// Weights, biases and the scale and shift of normalisations.
  case parameters
  /// Bytes of the parameters.
  case weightBytes
  /// The most bytes that computed values of one example take at once.
  case peakActivationBytes
  /// Multiply-accumulates times the bits of weight and activation.
  case bitOps
  /// The time on a device, in picoseconds.
  case latency
  /// The energy on a device, in femtojoules.
  case energy

  /// Those that follow from a graph alone.
  public static let structural: [CostQuantity] = [
    .macs, .parameters, .weightBytes, .peakActivationBytes,
  ]
  /// Those that a device says.
  public static let physical: [CostQuantity] = [.latency, .energy]

  /// How many of the counted units the unit of the policy's field is: 10¹² for seconds, 10¹⁵ for joules.
  public var countsPerUnit: Double {
    switch self {
    case .latency: 1e12
    case .energy: 1e15
    default: 1
    }
  }
}
