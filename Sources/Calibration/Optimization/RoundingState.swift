import Networks

/// Where the learning of a network's rounding stands: from here it goes on bit for bit.
public struct RoundingState: Codable, Equatable, Sendable {
  /// Iterations done.
  public internal(set) var iteration: Int
  /// Everything that is learned, by the names of the constants.
  var values: [String: PackedFloats]
  /// What the optimisers of logits, biases, factors of weights and of activations have gathered.
  var optimizers: [Adam.State]
  /// The first iteration's error and the last one's, the bits of each
  /// as a decimal number.
  var losses: [String]
}
