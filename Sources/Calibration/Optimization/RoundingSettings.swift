/// How rounding is learned.
public struct RoundingSettings: Hashable, Sendable {
  /// Steps; for AdaRound those of each layer.
  public var iterations: Int
  /// Images in a step.
  public var batch = 32
  /// The rule by which everything is moved.
  public var rule = RoundingRule.adam
  /// The learning rate of the logits.
  public var roundingRate = 0.03
  /// Whether that rate falls to 0 by half a cosine until weights settle.
  public var roundingDecays = false
  /// Whether weights stand on a level all the time, gradients going straight through, instead of lying
  /// between two.
  public var isHard = false
  /// The learning rate of biases; while the network settles it falls to 0 by half a cosine.
  public var biasRate = 1e-3
  /// The learning rate of the factors of scales; it falls as that of biases does.
  public var stepRate = 1e-3
  /// The learning rate of the factors of activations' scales; it falls as that of biases does.
  public var activationRate = 1e-3
  /// The probability that an element of an activation is not quantised while logits are learned.
  public var drop = 0.0
  /// The part of the iterations over which quantisers of activations are let in.
  public var gradual = 0.0
  /// How much the regulariser counts against the error; see `RoundingRun`.
  public var regularization = 100.0
  /// β when the regulariser sets in.
  public var firstBeta = 20.0
  /// β at the end.
  public var lastBeta = 2.0
  /// The part of the iterations without regulariser.
  public var warmup = 0.2
  /// The part of the iterations at the end in which biases and scales alone are learned.
  public var settling = 0.2
  /// The most bytes of outputs of the original network that are kept.
  public var cacheLimit = 2 << 30

  /// Settings for a number of iterations.
  public init(iterations: Int) { self.iterations = iterations }

  /// Makes sure that the numbers make sense.
  ///
  /// - Throws: `CalibrationError.setting` that names the number, `.tooFewImages`.
  func validate(images: Int) throws(CalibrationError) {
    guard (0...100_000_000).contains(iterations) else {
      throw .setting(name: "iterations", expected: "0 to 100000000", found: "\(iterations)")
    }
    guard (1...1_000_000).contains(batch) else {
      throw .setting(name: "batch", expected: "1 to 1000000", found: "\(batch)")
    }
    guard images >= batch else { throw .tooFewImages(batch: batch, images: images) }
    for (name, value) in [
      ("learning rate of the rounding", roundingRate), ("learning rate of biases", biasRate),
      ("learning rate of steps", stepRate),
      ("learning rate of activations", activationRate), ("drop", drop), ("gradual", gradual),
      ("regularization", regularization),
      ("first beta", firstBeta), ("last beta", lastBeta), ("warm-up", warmup),
      ("settling", settling),
    ] where !(value.isFinite && value >= 0) {
      throw .setting(name: name, expected: "a number from 0 on", found: "\(value)")
    }
    for (name, part) in [
      ("warm-up", warmup), ("settling", settling), ("drop", drop), ("gradual", gradual),
    ] where part > 1 {
      throw .setting(name: name, expected: "a part from 0 to 1", found: "\(part)")
    }
    guard lastBeta >= 1, firstBeta >= lastBeta else {
      throw .setting(
        name: "beta", expected: "a first one no smaller than the last, and that from 1 on",
        found: "\(firstBeta) and \(lastBeta)")
    }
  }
}
