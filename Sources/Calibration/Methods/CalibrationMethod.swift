/// How the level of each weight is chosen.
public enum CalibrationMethod: String, Hashable, Sendable, CaseIterable {
  /// The nearest level.
  case nearest
  /// Layer after layer, so that the layer's output stays what it was (Nagel et al. 2020).
  case adaRound = "adaround"
  /// The whole network at once, weighted by the label-free Hessian (Gordon et al. 2023).
  case eptq
}
