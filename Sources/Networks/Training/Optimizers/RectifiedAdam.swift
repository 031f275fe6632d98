/// RAdam: Adam whose steps are damped while its variances rest on few gradients.
///
///     ρ∞ = 2/(1−β₂) − 1        ρₜ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ)
///     r = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ))
///
/// Where ρₜ > 5 a step is Adam's times r, before that w ← w − η · m/(1−β₁ᵗ).
///
/// Source: Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond", algorithm 2.
public struct RectifiedAdam: Optimizer {
  private var adam: Adam

  /// What the steps have gathered: Adam's.
  public var state: Adam.State {
    get { adam.state }
    set { adam.state = newValue }
  }

  /// RAdam with the settings of its paper.
  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
    adam = Adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
  }

  /// One step on every parameter.
  public mutating func step(_ parameters: [Parameter], learningRate: Double) {
    let step = adam.state.stepCount + 1
    let power2 = Adam.power(adam.beta2, step)
    let limit = 2 / (1 - adam.beta2) - 1
    let length = limit - 2 * Double(step) * power2 / (1 - power2)
    if length > 5 {
      let damping =
        ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)).squareRoot()
      return adam.step(parameters, learningRate: learningRate * damping)
    }
    // Moments are gathered by a step of size 0.
    adam.step(parameters, learningRate: 0)
    let rate = Float(learningRate / (1 - Adam.power(adam.beta1, step)))
    for parameter in parameters {
      guard let moments = adam.state.firstMoments[parameter.name]?.values else { continue }
      for index in parameter.values.indices { parameter.values[index] -= rate * moments[index] }
    }
  }
}
