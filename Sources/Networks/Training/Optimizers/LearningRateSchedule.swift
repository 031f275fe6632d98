import Foundation

/// The learning rate as a function of the step.
///
///     t < warm-up:   peak · (t+1)/warm-up
///     afterwards:    final + (peak − final) · ½(1 + cos(π · (t−warm-up)/(total−warm-up)))
///
/// Source: Loshchilov and Hutter 2017, equation 5, with one cycle.
public enum LearningRateSchedule: Codable, Equatable, Sendable {
  /// The same rate at every step.
  case constant(rate: Double)
  /// A linear rise to the peak, then half a cosine down to the final rate.
  case cosine(peak: Double, final: Double = 0, warmupSteps: Int = 0, totalSteps: Int)

  /// The rate of a step, counted from 0; after the last step the final rate.
  public func rate(atStep step: Int) -> Double {
    switch self {
    case .constant(let rate):
      return rate
    case .cosine(let peak, let final, let warmupSteps, let totalSteps):
      if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
      let length = max(totalSteps - warmupSteps, 1)
      let progress = min(Double(step - warmupSteps) / Double(length), 1)
      return final + (peak - final) * 0.5 * (1 + cos(Double.pi * progress))
    }
  }
}
