import Tensors

/// Adam with decoupled weight decay.
///
///     m ← β₁m + (1−β₁)g        v ← β₂v + (1−β₂)g²
///     w ← w − η·decay·w − η · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
///
/// Sources: Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2, for the decay,
/// which spares biases and normalisations.
public struct Adam: Optimizer {
  /// What the steps have gathered.
  public struct State: Codable, Equatable, Sendable {
    /// The number of steps taken: t.
    public var stepCount = 0
    /// m, by parameter name.
    public var firstMoments: [String: PackedFloats] = [:]
    /// v, by parameter name.
    public var secondMoments: [String: PackedFloats] = [:]

    /// The state before the first step.
    public init() {}
  }

  /// β₁, how slowly the mean of the gradient moves.
  public let beta1: Double
  /// β₂, how slowly the mean of its square moves.
  public let beta2: Double
  /// ε, which keeps the quotient finite.
  public let epsilon: Double
  /// The part of a weight that a step of size 1 would take away.
  public let weightDecay: Double
  /// What the steps have gathered.
  public var state = State()

  /// Adam with the settings of its paper.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// One step on every parameter.
  public mutating func step(_ parameters: [Parameter], learningRate: Double) {
    state.stepCount += 1
    // m̂/(√v̂ + ε) = m · c₂/c₁ / (√v + ε·c₂) with c₁ = 1−β₁ᵗ and c₂ = √(1−β₂ᵗ).
    let first = 1 - Self.power(beta1, state.stepCount)
    let second = (1 - Self.power(beta2, state.stepCount)).squareRoot()
    for parameter in parameters {
      if weightDecay != 0, parameter.decays {
        let kept = Float(1 - learningRate * weightDecay)
        for index in parameter.values.indices { parameter.values[index] *= kept }
      }
      update(parameter, stepSize: learningRate * second / first, epsilon: epsilon * second)
    }
  }

  private mutating func update(_ parameter: Parameter, stepSize: Double, epsilon: Double) {
    let count = parameter.values.count
    guard let values = parameter.values.baseAddress,
      let gradients = parameter.gradients.baseAddress
    else { return }
    let (beta1, beta2) = (Float(beta1), Float(beta2))
    state.firstMoments[parameter.name, default: .zeros(count)].values.withUnsafeMutableBufferPointer
    {
      m in
      state.secondMoments[parameter.name, default: .zeros(count)].values
        .withUnsafeMutableBufferPointer {
          guard let m = m.baseAddress, let v = $0.baseAddress else { return }
          Kernels.adam(
            weights: values, gradient: gradients, m: m, v: v, count: count,
            beta1: beta1, beta2: beta2, stepSize: Float(stepSize), epsilon: Float(epsilon))
        }
    }
  }

  /// A power by repeated squaring: the same bits wherever it runs.
  static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
