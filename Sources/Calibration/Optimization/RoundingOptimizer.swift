import Networks

/// The rule by which logits, biases and factors are moved.
public enum RoundingRule: String, Hashable, Sendable, CaseIterable {
  /// Adam.
  case adam
  /// RAdam, as in EPTQ's code.
  case rectifiedAdam = "radam"
}

/// An optimiser of either rule, with what its steps have gathered.
struct RoundingOptimizer {
  private enum Kind {
    case adam(Adam)
    case rectified(RectifiedAdam)
  }
  private var kind: Kind

  init(_ rule: RoundingRule) {
    kind = rule == .adam ? .adam(Adam()) : .rectified(RectifiedAdam())
  }

  var state: Adam.State {
    get {
      switch kind {
      case .adam(let adam): adam.state
      case .rectified(let rectified): rectified.state
      }
    }
    set {
      switch kind {
      case .adam(var adam):
        adam.state = newValue
        kind = .adam(adam)
      case .rectified(var rectified):
        rectified.state = newValue
        kind = .rectified(rectified)
      }
    }
  }

  mutating func step(_ parameters: [Parameter], learningRate: Double) {
    guard !parameters.isEmpty else { return }
    switch kind {
    case .adam(var adam):
      // Held twice, its arrays would be copied at every step.
      kind = .adam(Adam())
      adam.step(parameters, learningRate: learningRate)
      kind = .adam(adam)
    case .rectified(var rectified):
      kind = .rectified(RectifiedAdam())
      rectified.step(parameters, learningRate: learningRate)
      kind = .rectified(rectified)
    }
  }
}
