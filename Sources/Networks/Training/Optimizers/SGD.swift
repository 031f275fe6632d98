import Tensors

/// Stochastic gradient descent with momentum.
///
///     g ← g + decay·w        v ← momentum·v + g        w ← w − η·v
///
/// With Nesterov's form the last is w ← w − η·(g + momentum·v). Source: Sutskever et al. 2013, in
/// the form that PyTorch uses. The decay spares biases and normalisations.
public struct SGD: Optimizer {
  /// What the steps have gathered.
  public struct State: Codable, Equatable, Sendable {
    /// v, by parameter name.
    public var velocities: [String: PackedFloats] = [:]

    /// The state before the first step.
    public init() {}
  }

  /// The part of the velocity that stays from step to step.
  public let momentum: Double
  /// Whether a step looks ahead along the velocity.
  public let nesterov: Bool
  /// The weight of ½‖w‖² in the loss.
  public let weightDecay: Double
  /// What the steps have gathered.
  public var state = State()

  /// Gradient descent; with a momentum of 0 nothing is remembered.
  public init(momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0) {
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  /// One step on every parameter.
  public mutating func step(_ parameters: [Parameter], learningRate: Double) {
    for parameter in parameters {
      let count = parameter.values.count
      guard let values = parameter.values.baseAddress,
        let gradients = parameter.gradients.baseAddress
      else { continue }
      let decay = parameter.decays ? Float(weightDecay) : 0
      let (momentum, nesterov) = (Float(momentum), nesterov)
      state.velocities[parameter.name, default: .zeros(count)].values.withUnsafeMutableBufferPointer
      {
        guard let velocity = $0.baseAddress else { return }
        Kernels.sgd(
          weights: values, gradient: gradients, velocity: velocity, count: count,
          rate: Float(learningRate), momentum: momentum, decay: decay, nesterov: nesterov)
      }
    }
  }
}
