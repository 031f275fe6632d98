import Foundation
import Networks
import Tensors

/// What pushes weights from between two levels to one of them.
///
///     R = Σ (1 − |2·h(V) − 1|^β)
///
/// A large β leaves all but those near a level alone, a small one leaves none.
///
/// Source: Nagel et al. 2020, equation 24.
enum RoundingRegularizer {
  /// Adds `strength` · ∂R/∂V to gradients; 0 where h is 0 or 1.
  static func addGradient(
    _ logits: UnsafePointer<Float>, count: Int, beta: Float, strength: Float,
    to gradients: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count {
      let h = RectifiedSigmoid(logits[index])
      guard h.value > 0, h.value < 1 else { continue }
      let distance = 2 * h.value - 1
      let slope = -2 * beta * pow(abs(distance), beta - 1) * (distance < 0 ? -1 : 1)
      gradients[index] += strength * slope * h.slope
    }
  }

  /// R.
  static func value(_ logits: some Sequence<Float>, beta: Float) -> Double {
    logits.reduce(0.0) { $0 + 1 - Double(pow(abs(2 * RectifiedSigmoid($1).value - 1), beta)) }
  }
}

/// β as a function of the iteration: at its start for a while, then in a straight line to its end.
struct AnnealingSchedule: Hashable, Sendable {
  let start: Double
  let end: Double
  /// The part of all iterations before the regulariser sets in.
  let warmup: Double
  let iterations: Int

  /// β, nil while the regulariser is off.
  func beta(atIteration iteration: Int) -> Double? {
    let first = warmup * Double(iterations)
    guard Double(iteration) >= first else { return nil }
    let progress = (Double(iteration) - first) / max(Double(iterations) - 1 - first, 1)
    return start + (end - start) * min(progress, 1)
  }
}
