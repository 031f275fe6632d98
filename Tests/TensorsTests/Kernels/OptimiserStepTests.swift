import Foundation
import Tensors
import Testing

struct OptimiserStepTests {
  @Test("Three steps of Adam follow Kingma and Ba's algorithm 1")
  func adam() {
    let count = 21
    var weights = numbers(count, "weights")
    var expected = weights.map(Double.init)
    var m = [Float](repeating: 0, count: count)
    var v = m
    var (mean, square) = (m.map(Double.init), v.map(Double.init))
    let (rate, beta1, beta2, epsilon) = (0.01, 0.9, 0.999, 1e-8)
    for step in 1...3 {
      let gradient = numbers(count, "gradient \(step)")
      let first = 1 - pow(beta1, Double(step))
      let second = (1 - pow(beta2, Double(step))).squareRoot()
      Kernels.adam(
        weights: &weights, gradient: gradient, m: &m, v: &v, count: count, beta1: Float(beta1),
        beta2: Float(beta2), stepSize: Float(rate * second / first),
        epsilon: Float(epsilon * second))
      for index in 0..<count {
        let g = Double(gradient[index])
        mean[index] = beta1 * mean[index] + (1 - beta1) * g
        square[index] = beta2 * square[index] + (1 - beta2) * g * g
        let root = (square[index] / (second * second)).squareRoot()
        expected[index] -= rate * (mean[index] / first) / (root + epsilon)
      }
    }
    #expect(relativeError(weights, expected) < 1e-5)
  }

  @Test("Momentum, decay and Nesterov's look ahead", arguments: [false, true])
  func sgd(nesterov: Bool) {
    let count = 13
    var weights = numbers(count, "weights")
    var velocity = numbers(count, "velocity")
    var expected = weights.map(Double.init)
    var speed = velocity.map(Double.init)
    for step in 1...2 {
      let gradient = numbers(count, "gradient \(step)")
      Kernels.sgd(
        weights: &weights, gradient: gradient, velocity: &velocity, count: count, rate: 0.1,
        momentum: 0.9, decay: 0.01, nesterov: nesterov)
      for index in 0..<count {
        let direct = Double(gradient[index]) + 0.01 * expected[index]
        speed[index] = 0.9 * speed[index] + direct
        expected[index] -= 0.1 * (nesterov ? direct + 0.9 * speed[index] : speed[index])
      }
    }
    #expect(relativeError(weights, expected) < 1e-6)
    #expect(relativeError(velocity, speed) < 1e-6)
  }
}
