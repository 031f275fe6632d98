public import Compression
public import Espalier
public import Networks

/// Balanced accuracy: the mean over the classes of the part of their images that is right, in percent.
///
///     balanced = 100/C · Σ_c right_c / images_c
///
/// Where classes have unequal numbers of images, top-1 hides the small ones; this metric does not.
public struct BalancedAccuracy: Evaluator {
  /// The name of the number.
  public let metric = "balancedAccuracy"
  private let top1: ClassificationEvaluator
  private let labels: [Int]

  /// An evaluator on the images that a search measures candidates on.
  public init(_ context: EvaluatorContext) {
    labels = context.images.labels
    top1 = ClassificationEvaluator(
      context.images, preprocessing: context.preprocessing, batch: context.batch,
      pool: context.pool)
  }

  /// Balanced accuracy in percent.
  ///
  /// - Throws: what `ClassificationEvaluator.measure` throws.
  public func evaluate(_ graph: Graph) throws -> Double {
    var right: [Int: Int] = [:]
    var images: [Int: Int] = [:]
    for (label, isRight) in zip(labels, try top1.measure(graph).isRight) {
      images[label, default: 0] += 1
      right[label, default: 0] += isRight ? 1 : 0
    }
    // In the order of the classes, so that the sum is the same bit for bit.
    let parts = images.keys.sorted().map { Double(right[$0] ?? 0) / Double(images[$0] ?? 1) }
    return 100 * parts.reduce(0, +) / Double(max(parts.count, 1))
  }
}
