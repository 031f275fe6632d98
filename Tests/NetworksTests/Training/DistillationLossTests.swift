import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct DistillationLossTests {
  private func loss(
    weight: Double, temperature: Double, smoothing: Double = 0
  ) -> DistillationLoss {
    DistillationLoss(
      crossEntropy: SoftmaxCrossEntropy(labelSmoothing: smoothing), weight: weight,
      temperature: temperature)
  }

  @Test func `one example of two classes against values by hand`() throws {
    // At T = 2: p = softmax(log 3, 0) = 3/4, 1/4 and q = 1/2, 1/2.
    let student = try Tensor(shape: [1, 2], scalars: [0, 0])
    let teacher = try Tensor(shape: [1, 2], scalars: [2 * log(3), 0] as [Float])
    let (value, gradient) = try loss(weight: 0.25, temperature: 2)
      .evaluate(student, teacher: teacher, labels: [1])
    let divergence: Double = 0.75 * log(1.5) + 0.25 * log(0.5)
    // (1 − α)·log 2 + α·T²·KL
    #expect(abs(value.mean - (0.75 * log(2) + 0.25 * 4 * divergence)) < 1e-7)
    // (1 − α)·(1/2, −1/2) + α·T·(q − p)
    #expect(gradient.error(against: [0.375 - 0.125, -0.375 + 0.125]) < 1e-7)
  }

  @Test(arguments: [0.0, 0.3, 1.0])
  func `gradient agrees with central differences`(_ weight: Double) throws {
    let loss = loss(weight: weight, temperature: 3, smoothing: 0.1)
    let scores = Tensor.normal([5, 7], seed: 3, scale: 2)
    let teacher = Tensor.normal([5, 7], seed: 4, scale: 3)
    let labels = [6, 0, 3, 3, 1]
    let gradient = try loss.evaluate(scores, teacher: teacher, labels: labels).gradient
    let step: Float = 1.0 / 256
    for index in scores.scalars.indices {
      var (above, below) = (scores, scores)
      above.scalars[index] += step
      below.scalars[index] -= step
      let distance = Double(above.scalars[index]) - Double(below.scalars[index])
      let difference =
        try loss.evaluate(above, teacher: teacher, labels: labels).value.mean
        - loss.evaluate(below, teacher: teacher, labels: labels).value.mean
      #expect(abs(Double(gradient.scalars[index]) - difference / distance) < 2e-6)
    }
  }

  @Test func `a student that says what its teacher says has nothing to learn from it`() throws {
    let scores = Tensor.normal([4, 6], seed: 8, scale: 5)
    let (value, gradient) = try loss(weight: 1, temperature: 4)
      .evaluate(scores, teacher: scores, labels: [0, 1, 2, 3])
    #expect(abs(value.mean) < 1e-12)
    #expect(gradient.scalars.allSatisfy { $0 == 0 })
  }

  @Test func `without weight the loss is that of the labels, with all of it labels do not count`()
    throws
  {
    let scores = Tensor.normal([3, 4], seed: 1)
    let teacher = Tensor.normal([3, 4], seed: 2)
    let alone = try SoftmaxCrossEntropy(labelSmoothing: 0.2).evaluate(scores, labels: [0, 1, 2])
    let none = try loss(weight: 0, temperature: 4, smoothing: 0.2)
      .evaluate(scores, teacher: teacher, labels: [0, 1, 2])
    #expect(none.value == alone.value && none.gradient == alone.gradient)
    let all = loss(weight: 1, temperature: 4)
    let first = try all.evaluate(scores, teacher: teacher, labels: [0, 1, 2])
    let second = try all.evaluate(scores, teacher: teacher, labels: [3, 3, 3])
    #expect(first.value.mean == second.value.mean && first.gradient == second.gradient)
  }

  @Test func `scores in the thousands give finite losses`() throws {
    let student = try Tensor(shape: [1, 2], scalars: [5000, 0])
    let teacher = try Tensor(shape: [1, 2], scalars: [0, 5000])
    let (value, gradient) = try loss(weight: 1, temperature: 1)
      .evaluate(student, teacher: teacher, labels: [0])
    #expect(value.mean == 5000)
    #expect(gradient.scalars == [1, -1])
  }

  @Test func `a teacher of other classes is refused`() throws {
    #expect(
      throws: TrainingError.scores(value: "teacher", expected: "2×3", found: "2×4")
    ) {
      try loss(weight: 0.5, temperature: 4)
        .evaluate(Tensor(shape: [2, 3]), teacher: Tensor(shape: [2, 4]), labels: [0, 1])
    }
  }
}
