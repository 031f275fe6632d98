public import Networks

/// Says how good a network is: the number that a search raises.
public protocol Evaluator {
  /// What the number is, such as `top1`.
  var metric: String { get }

  /// The quality of a network, larger is better; finite.
  ///
  /// - Throws: whatever keeps the network from being measured.
  func evaluate(_ graph: Graph) throws -> Double
}
