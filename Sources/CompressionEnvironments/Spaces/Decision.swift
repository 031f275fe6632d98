/// One number to decide: how much of a layer stays.
public struct Decision: Sendable {
  /// The layer that the decision stands for.
  public let layer: String
  /// The numbers that may be chosen; the last one leaves the layer whole.
  public let choices: Choices
  /// What the state says of the layer.
  public let features: LayerFeatures

  /// A decision.
  public init(layer: String, choices: Choices, features: LayerFeatures) {
    self.layer = layer
    self.choices = choices
    self.features = features
  }

  /// A feature of one decision, divided by its largest value over all of them.
  static func scaled(
    _ key: KeyPath<LayerFeatures, Int>, of decision: Int, among decisions: [Decision]
  ) -> Double {
    let largest = decisions.map { $0.features[keyPath: key] }.max() ?? 0
    return largest > 0 ? Double(decisions[decision].features[keyPath: key]) / Double(largest) : 0
  }

  /// The number that leaves the layer whole.
  public var whole: Int { choices.most }
  /// The fewest that may be kept.
  public var fewest: Int { choices.least }

  /// The part of the layer that a number keeps.
  func ratio(_ kept: Int) -> Double { Double(kept) / Double(whole) }

  /// The largest choice that is no more than a number; the fewest where there is none.
  func choice(upTo number: Int) -> Int { choices.choice(upTo: number) }

  /// The next smaller choice.
  func narrower(than number: Int) -> Int? { choices.next(below: number) }

  /// The next larger choice.
  func wider(than number: Int) -> Int? { choices.next(above: number) }

  /// The choice within bounds that is nearest to a keep ratio.
  func choice(nearest ratio: Double, in bounds: ClosedRange<Int>) -> Int {
    choices.choice(nearest: ratio * Double(whole), in: bounds)
  }
}
