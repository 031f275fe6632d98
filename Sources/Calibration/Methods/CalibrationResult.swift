public import Networks

/// A calibrated network and how it came about.
public struct CalibrationResult: Sendable {
  /// The quantised network, weights on their levels behind `FakeQuantize` nodes: what is exported.
  public let graph: Graph
  /// The traces that layers were weighted by; nil for methods without them.
  public let hessian: LabelFreeHessian?
  /// The weight of each layer in the loss, in the order of the graph.
  public let weights: [(layer: String, weight: Double)]
  /// The distillation error of nearest rounding, on the first images.
  public let nearestLoss: Double
  /// The distillation error of the result, on the same images with the same weights.
  public let loss: Double
  /// The part of all rounded weights that went to another level than the nearest.
  public let changedWeights: Double
}

/// How far a calibration is.
public struct CalibrationProgress: Hashable, Sendable {
  /// Iterations done.
  public let iteration: Int
  /// All iterations.
  public let iterations: Int
  /// The error of the last iteration's batch relative to the first one's.
  public let loss: Double
  /// The layer at hand; nil where all are learned at once.
  public let layer: String?
}
