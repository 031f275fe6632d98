/// Changes parameters against their gradients, and remembers by name what it needs for that.
public protocol Optimizer: Sendable {
  /// What steps change, as one value.
  associatedtype State: Codable, Equatable, Sendable

  /// What steps have changed; setting it continues from there bit for bit.
  var state: State { get set }

  /// One step on every parameter; afterwards tell the executor that its parameters changed.
  ///
  /// - Parameters:
  ///   - parameters: values and the gradients of the loss.
  ///   - learningRate: the size of the step.
  mutating func step(_ parameters: [Parameter], learningRate: Double)
}

extension Parameter {
  /// Whether weight decay is meant for it: weights yes, biases and the scales and shifts of
  /// normalisations, which have one axis at most, no.
  public var decays: Bool { shape.rank > 1 }
}
