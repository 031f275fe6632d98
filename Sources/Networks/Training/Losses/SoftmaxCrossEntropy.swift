import Foundation
public import Tensors

/// The cross-entropy between the softmax of class scores and smoothed labels.
///
///     p = softmax(z)        q = (1 − ε)·onehot(label) + ε/K
///     loss = mean over the batch of −Σ q·log p = log Σ exp(z) − Σ q·z
///     ∂loss/∂z = (p − q) / batch
///
/// Source of the smoothing: Szegedy et al. 2016, section 7. The largest score is subtracted first,
/// so that no score is too large; sums are doubles, in the order of the examples.
public struct SoftmaxCrossEntropy: Equatable, Sendable {
  /// What the loss is on a batch.
  public struct Value: Equatable, Sendable {
    /// The mean over the examples, in nats.
    public let mean: Double
    /// How many examples have their largest score at their label; the first of equal scores counts.
    public let correct: Int
  }

  /// ε, the part of the target that is spread over all classes.
  public let labelSmoothing: Double

  /// The loss, without smoothing unless asked for.
  public init(labelSmoothing: Double = 0) {
    self.labelSmoothing = labelSmoothing
  }

  /// The loss of scores [examples, classes] and its gradient with respect to them.
  ///
  /// - Throws: `TrainingError.scores` for another rank or no classes or examples, `.labelCount`,
  ///   `.label`.
  public func evaluate(
    _ scores: Tensor, labels: [Int]
  ) throws(TrainingError) -> (value: Value, gradient: Tensor) {
    guard scores.shape.rank == 2, scores.count > 0 else {
      throw .scores(
        value: "scores", expected: "examples × classes", found: scores.shape.description)
    }
    var gradient = Tensor(shape: scores.shape)
    let classes = scores.shape[1]
    try SoftmaxCrossEntropy.check(labels, examples: scores.shape[0], classes: classes)
    let value = scores.scalars.withUnsafeBufferPointer { scores in
      gradient.scalars.withUnsafeMutableBufferPointer { gradient in
        evaluate(scores, labels: labels, classes: classes, gradient: gradient)
      }
    }
    return (value, gradient)
  }

  /// Checks that there is a label for each example and a class for each label.
  static func check(
    _ labels: [Int], examples: Int, classes: Int
  ) throws(TrainingError) {
    guard labels.count == examples else {
      throw .labelCount(expected: examples, found: labels.count)
    }
    for label in labels where label < 0 || label >= classes {
      throw .label(classes: classes, found: label)
    }
  }

  /// The same on memory, for labels that were checked: row-major scores, and where the gradient goes.
  func evaluate(
    _ scores: UnsafeBufferPointer<Float>, labels: [Int], classes: Int,
    gradient: UnsafeMutableBufferPointer<Float>
  ) -> Value {
    let spread = labelSmoothing / Double(classes)
    let scale = 1 / Double(labels.count)
    var total = 0.0
    var correct = 0
    for (example, label) in labels.enumerated() {
      let row = example * classes..<(example + 1) * classes
      var best = row.lowerBound
      for place in row where scores[place] > scores[best] { best = place }
      if best == row.lowerBound + label { correct += 1 }
      let largest = Double(scores[best])
      var (sum, scoreSum) = (0.0, 0.0)
      for place in row {
        let score = Double(scores[place]) - largest
        sum += exp(score)
        scoreSum += score
      }
      let target = row.lowerBound + label
      total +=
        log(sum) - (1 - labelSmoothing) * (Double(scores[target]) - largest) - spread * scoreSum
      for place in row {
        let wanted = spread + (place == target ? 1 - labelSmoothing : 0)
        gradient[place] = Float((exp(Double(scores[place]) - largest) / sum - wanted) * scale)
      }
    }
    return Value(mean: total * scale, correct: correct)
  }
}
