public import Networks

/// Says how good a network is: the number that a search raises.
public protocol Evaluator {
  /// What the number is, such as `top1`.
  var metric: String { get }

  /// The quality of a network, larger is better; finite.
  ///
  /// - Throws: whatever keeps the network from being measured.
  func evaluate(_ graph: Graph) throws -> Double

  /// The quality of a network that matters only if it comes near `threshold`: an evaluator may stop
  /// early, with an estimate below the threshold, once it is plain that it does not.
  ///
  /// - Throws: whatever keeps the network from being measured.
  func evaluate(_ graph: Graph, unlessBelow threshold: Double) throws -> Double
}

extension Evaluator {
  /// Measures to the end.
  public func evaluate(_ graph: Graph, unlessBelow threshold: Double) throws -> Double {
    try evaluate(graph)
  }
}
