import Tensors
import Testing

@testable import Calibration

struct RegularizerTests {
  @Test(
    "The gradient agrees with central differences, for each β", arguments: [2, 5, 20] as [Float])
  func gradient(beta: Float) {
    let logits: [Float] = (0..<23).map { 4.6 * Float($0) / 22 - 2.3 }
    var gradients = [Float](repeating: 1, count: 23)
    RoundingRegularizer.addGradient(
      logits, count: 23, beta: beta, strength: 0.5, to: &gradients)
    for (logit, gradient) in zip(logits, gradients) {
      let step: Float = 0.005
      let quotient =
        (RoundingRegularizer.value([logit + step], beta: beta)
          - RoundingRegularizer.value([logit - step], beta: beta)) / Double(2 * step)
      #expect(abs(Double(gradient) - 1 - 0.5 * quotient) < 0.01)
    }
    var settled: [Float] = [0, 0]
    RoundingRegularizer.addGradient([7, -7], count: 2, beta: beta, strength: 1, to: &settled)
    #expect(settled == [0, 0])
  }

  @Test("β waits, then falls in a straight line")
  func annealing() {
    let schedule = AnnealingSchedule(start: 20, end: 2, warmup: 0.2, iterations: 101)
    #expect(schedule.beta(atIteration: 20) == nil)
    #expect(abs((schedule.beta(atIteration: 21) ?? 0) - 20) < 0.3)
    #expect(schedule.beta(atIteration: 100) == 2)
    let middle = schedule.beta(atIteration: 60) ?? 0
    #expect(abs(middle - 11) < 0.3)
  }

  @Test("Every image comes once an epoch")
  func batches() {
    var order = BatchOrder(images: 10, batch: 3, streams: RandomStreams(seed: 1))
    let first = (0..<3).flatMap { _ in order.next() }
    #expect(Set(first).count == 9 && first.allSatisfy { (0..<10).contains($0) })
    let second = (0..<3).flatMap { _ in order.next() }
    #expect(Set(second).count == 9 && second != first)
  }

  @Test("Sums of squares of any length")
  func sums() {
    for count in [0, 1, 7, 8, 9, 4097, 10_001] {
      let a = (0..<count).map { Float($0 % 13) - 5 }
      let b = (0..<count).map { Float($0 % 7) }
      let expected = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      var gradient = [Float](repeating: 9, count: count)
      #expect(SquaredSums.ofDifference(a, b, count: count) == expected)
      #expect(
        SquaredSums.ofDifference(a, b, count: count, factor: 2, gradient: &gradient) == expected)
      #expect(gradient == zip(a, b).map { 2 * ($0 - $1) })
      #expect(SquaredSums.of(a, count: count) == a.reduce(0.0) { $0 + Double($1 * $1) })
    }
  }
}
