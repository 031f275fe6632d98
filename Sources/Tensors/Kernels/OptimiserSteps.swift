internal import CKernels

// One step of each optimiser over an array of weights.

extension Kernels {
  /// One step of Adam (Kingma and Ba 2015, algorithm 1):
  /// `m = β1 m + (1-β1) g`, `v = β2 v + (1-β2) g²`, `w -= stepSize · m / (√v + epsilon)`.
  ///
  /// `stepSize` and `epsilon` carry the bias corrections of the step: with t counted from 1,
  /// `stepSize = rate · √(1-β2ᵗ) / (1-β1ᵗ)` and `epsilon = ε · √(1-β2ᵗ)`.
  public static func adam(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    m: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, count: Int,
    beta1: Float, beta2: Float, stepSize: Float, epsilon: Float
  ) {
    espalier_adam(weights, gradient, m, v, count, beta1, beta2, stepSize, epsilon)
  }

  /// One step of gradient descent with momentum: `velocity = momentum · velocity + g + decay · w`,
  /// `w -= rate · velocity`.
  ///
  /// With `nesterov`, `w -= rate · (g + decay · w + momentum · velocity)`.
  public static func sgd(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, count: Int,
    rate: Float, momentum: Float, decay: Float, nesterov: Bool = false
  ) {
    espalier_sgd(weights, gradient, velocity, count, rate, momentum, decay, nesterov ? 1 : 0)
  }

  /// Moves a target network towards its source: `target += rate · (source - target)`.
  public static func softUpdate(
    source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, rate: Float, count: Int
  ) {
    espalier_soft_update(source, target, rate, count)
  }
}
