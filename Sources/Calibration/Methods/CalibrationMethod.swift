/// How the level of each weight is chosen.
public enum CalibrationMethod: String, Hashable, Sendable, CaseIterable {
  /// The nearest level.
  case nearest
  /// Layer after layer, so that the layer's output stays what it was (Nagel et al. 2020).
  case adaRound = "adaround"
  /// Block after block, with the scales of activations (Li et al. 2021).
  case brecq
  /// As `brecq`, with half of the elements of activations left as they are at random (Wei et al. 2022).
  case qdrop
  /// The whole network at once, weighted by the label-free Hessian (Gordon et al. 2023).
  case eptq
}
