import Foundation
public import Tensors

/// The loss of class scores against labels and against a teacher's scores for the same examples.
///
///     p = softmax(t/T)        q = softmax(z/T)
///     loss = (1 − α)·CE(z, labels) + α·T²·mean over the batch of Σ p·(log p − log q)
///     ∂loss/∂z = (1 − α)·∂CE/∂z + α·T·(q − p)/batch
///
/// z are the student's scores, t the teacher's, CE is `SoftmaxCrossEntropy`. T² keeps the two parts
/// alike in size whatever the temperature. Source: Hinton, Vinyals and Dean 2015, "Distilling the
/// knowledge in a neural network", section 2. Sums are doubles, in the order of the examples.
public struct DistillationLoss: Equatable, Sendable {
  /// The part that compares with labels.
  public let crossEntropy: SoftmaxCrossEntropy
  /// α, the part of the loss that compares with the teacher: 0…1.
  public let weight: Double
  /// T, by which scores are divided before they are compared; above 0.
  public let temperature: Double

  /// A loss of its parts.
  public init(crossEntropy: SoftmaxCrossEntropy, weight: Double, temperature: Double) {
    self.crossEntropy = crossEntropy
    self.weight = weight
    self.temperature = temperature
  }

  /// The loss of scores [examples, classes] and its gradient with respect to them.
  ///
  /// - Throws: `TrainingError.scores` when the teacher's are of another shape; what
  ///   `SoftmaxCrossEntropy.evaluate` throws.
  public func evaluate(
    _ scores: Tensor, teacher: Tensor, labels: [Int]
  ) throws(TrainingError) -> (value: SoftmaxCrossEntropy.Value, gradient: Tensor) {
    guard teacher.shape == scores.shape else {
      throw .scores(
        value: "teacher", expected: "\(scores.shape)", found: teacher.shape.description)
    }
    var (value, gradient) = try crossEntropy.evaluate(scores, labels: labels)
    scores.scalars.withUnsafeBufferPointer { scores in
      teacher.scalars.withUnsafeBufferPointer { teacher in
        gradient.scalars.withUnsafeMutableBufferPointer { gradient in
          value = combine(
            value, scores, teacher: teacher, examples: labels.count, gradient: gradient)
        }
      }
    }
    return (value, gradient)
  }

  /// Adds the teacher's part to the labels' part, which `value` and `gradient` hold.
  func combine(
    _ value: SoftmaxCrossEntropy.Value, _ scores: UnsafeBufferPointer<Float>,
    teacher: UnsafeBufferPointer<Float>, examples: Int,
    gradient: UnsafeMutableBufferPointer<Float>
  ) -> SoftmaxCrossEntropy.Value {
    let classes = scores.count / examples
    let slope = weight * temperature / Double(examples)
    var total = 0.0
    for example in 0..<examples {
      let row = example * classes..<(example + 1) * classes
      let (q, p) = (logarithms(scores, row), logarithms(teacher, row))
      for (place, position) in row.enumerated() {
        total += exp(p[place]) * (p[place] - q[place])
        let towards = slope * (exp(q[place]) - exp(p[place]))
        gradient[position] = Float((1 - weight) * Double(gradient[position]) + towards)
      }
    }
    let divergence = temperature * temperature * total / Double(examples)
    return SoftmaxCrossEntropy.Value(
      mean: (1 - weight) * value.mean + weight * divergence, correct: value.correct)
  }

  /// log softmax(scores/T) of one example.
  private func logarithms(_ scores: UnsafeBufferPointer<Float>, _ row: Range<Int>) -> [Double] {
    let largest = Double(scores[row].max() ?? 0)
    let shifted = row.map { (Double(scores[$0]) - largest) / temperature }
    let sum = shifted.reduce(0.0) { $0 + exp($1) }
    return shifted.map { $0 - log(sum) }
  }
}
