public import Compression

/// Every setting of a calibration.
public struct CalibrationSettings: Hashable, Sendable {
  /// How levels are chosen.
  public var method: CalibrationMethod
  /// How rounding is learned.
  public var rounding: RoundingSettings
  /// How layers count; EPTQ alone.
  public var weighting: LayerWeighting
  /// How traces are estimated.
  public var hessian: LabelFreeHessian.Settings
  /// Images that traces are estimated on, at most.
  public var hessianImages: Int
  /// How ranges are chosen.
  public var clips: NetworkQuantizer.Settings
  /// Whether biases are learned; EPTQ alone.
  public var learnsBiases: Bool
  /// Whether the scales of weights are learned; EPTQ alone.
  public var learnsSteps: Bool

  /// Settings for a method.
  public init(method: CalibrationMethod = .eptq, iterations: Int = 20_000) {
    self.method = method
    rounding = RoundingSettings(iterations: iterations)
    weighting = .logarithmic
    hessian = LabelFreeHessian.Settings()
    hessianImages = 64
    clips = NetworkQuantizer.Settings(
      weightClip: .meanSquaredError, activationClip: .meanSquaredError)
    learnsBiases = true
    learnsSteps = true
  }
}
