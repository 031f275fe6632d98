public import Compression

/// Every setting of a calibration.
public struct CalibrationSettings: Hashable, Sendable {
  /// How levels are chosen.
  public var method: CalibrationMethod
  /// How rounding is learned.
  public var rounding: RoundingSettings
  /// Iterations for each layer before the whole network is learned, EPTQ alone: where that starts from.
  public var startIterations: Int
  /// The magnitude of the logits that start from there.
  public var startMargin: Double
  /// How layers count; EPTQ alone.
  public var weighting: LayerWeighting
  /// Whether each point's error is divided by the variance of what the original computes there; EPTQ alone.
  public var normalizesErrors: Bool
  /// How much the error of the outputs counts besides the points, all of which together count 1; EPTQ alone.
  public var outputWeight: Double
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
  /// Whether the scales of activations are learned, nil where some have fewer than 6 bits; all methods but
  /// nearest and AdaRound.
  public var learnsActivations: Bool?

  /// Settings for a method.
  public init(method: CalibrationMethod = .eptq, iterations: Int = 20_000) {
    self.method = method
    rounding = RoundingSettings(iterations: iterations)
    if method == .qdrop { rounding.drop = 0.5 }
    startIterations = method == .eptq ? min(1000, iterations) : 0
    startMargin = 2.4
    weighting = .proportional
    normalizesErrors = false
    outputWeight = 0
    hessian = LabelFreeHessian.Settings()
    hessianImages = 64
    clips = NetworkQuantizer.Settings(
      weightClip: .meanSquaredError, activationClip: .meanSquaredError)
    learnsBiases = true
    learnsSteps = true
  }

  /// Makes sure that the numbers make sense.
  ///
  /// - Throws: `CalibrationError.setting` that names the number, `.tooFewImages`.
  func validate(images: Int) throws(CalibrationError) {
    try rounding.validate(images: images)
    guard (0...100_000_000).contains(startIterations) else {
      throw .setting(
        name: "iterations of the start", expected: "0 to 100000000", found: "\(startIterations)")
    }
    for (name, value) in [
      ("margin of the start", startMargin), ("weight of outputs", outputWeight),
    ] where !(value.isFinite && value >= 0) {
      throw .setting(name: name, expected: "a number from 0 on", found: "\(value)")
    }
    guard hessianImages > 0 else {
      throw .setting(
        name: "images of the Hessian", expected: "at least one", found: "\(hessianImages)")
    }
  }
}
