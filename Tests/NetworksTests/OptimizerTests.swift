import Foundation
@testable import Networks
import Tensors
import Testing

@Suite struct OptimizerTests {
  /// A parameter in memory of its own.
  private final class Owner {
    let parameter: Parameter

    init(_ name: String, _ shape: Shape, values: [Float], gradients: [Float]) {
      let value = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      let gradient = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      _ = value.initialize(from: values)
      _ = gradient.initialize(from: gradients)
      parameter = Parameter(name: name, shape: shape, values: value, gradients: gradient)
    }

    deinit {
      parameter.values.deallocate()
      parameter.gradients.deallocate()
    }

    var values: [Float] { Array(parameter.values) }
  }

  private let start: [Float] = [1, -2, 0.5, 3, 0, -1]
  private let gradient: [Float] = [0.1, -0.2, 3, 0, 1e-4, -5]

  private func close(_ found: [Float], _ expected: [Double]) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 * max(1, abs($1)) }
  }

  @Test(arguments: [0, 0.1])
  func adamFollowsItsEquations(decay: Double) {
    let owner = Owner("weight", [2, 3], values: start, gradients: gradient)
    var adam = Adam(weightDecay: decay)
    var (w, m, v) = (
      start.map { Double($0) }, [Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6)
    )
    for t in 1...7 {
      adam.step([owner.parameter], learningRate: 0.01)
      for i in 0..<6 {
        let g = Double(gradient[i])
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let (mean, square) = (m[i] / (1 - pow(0.9, Double(t))), v[i] / (1 - pow(0.999, Double(t))))
        w[i] -= 0.01 * decay * w[i] + 0.01 * mean / (square.squareRoot() + 1e-8)
      }
    }
    #expect(close(owner.values, w))
    #expect(adam.state.stepCount == 7)
  }

  @Test func rectifiedAdamFollowsItsEquations() {
    let owner = Owner("weight", [2, 3], values: start, gradients: gradient)
    var adam = RectifiedAdam()
    var (w, m, v) = (
      start.map { Double($0) }, [Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6)
    )
    // 2/(1 − 0.999) − 1; the variance is used from the step on at which ρ is above 5.
    let limit = 1999.0
    var rectified: [Int] = []
    for t in 1...9 {
      adam.step([owner.parameter], learningRate: 0.01)
      let power = pow(0.999, Double(t))
      let length = limit - 2 * Double(t) * power / (1 - power)
      if length > 5 { rectified.append(t) }
      for i in 0..<6 {
        let g = Double(gradient[i])
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let mean = m[i] / (1 - pow(0.9, Double(t)))
        if length > 5 {
          let r = ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
            .squareRoot()
          w[i] -= 0.01 * r * mean / ((v[i] / (1 - power)).squareRoot() + 1e-8)
        } else {
          w[i] -= 0.01 * mean
        }
      }
    }
    #expect(rectified == [6, 7, 8, 9])
    #expect(close(owner.values, w))
  }

  @Test(arguments: [false, true])
  func sgdFollowsItsEquations(nesterov: Bool) {
    let owner = Owner("weight", [3, 2], values: start, gradients: gradient)
    var sgd = SGD(momentum: 0.8, nesterov: nesterov, weightDecay: 0.05)
    var (w, v) = (start.map { Double($0) }, [Double](repeating: 0, count: 6))
    for _ in 0..<5 {
      sgd.step([owner.parameter], learningRate: 0.02)
      for i in 0..<6 {
        let g = Double(gradient[i]) + 0.05 * w[i]
        v[i] = 0.8 * v[i] + g
        w[i] -= 0.02 * (nesterov ? g + 0.8 * v[i] : v[i])
      }
    }
    #expect(close(owner.values, w))
  }

  @Test func decaySparesBiasesAndNormalisations() {
    let bias = Owner("bias", [6], values: start, gradients: [Float](repeating: 0, count: 6))
    var sgd = SGD(weightDecay: 0.5)
    sgd.step([bias.parameter], learningRate: 0.1)
    var adam = Adam(weightDecay: 0.5)
    adam.step([bias.parameter], learningRate: 0.1)
    #expect(bias.values == start)
  }

  @Test func aSavedStateContinuesBitForBit() throws {
    let (whole, parts) = (
      Owner("w", [2, 3], values: start, gradients: gradient),
      Owner("w", [2, 3], values: start, gradients: gradient)
    )
    var (adam, first) = (Adam(), Adam())
    for _ in 0..<6 { adam.step([whole.parameter], learningRate: 0.03) }
    for _ in 0..<3 { first.step([parts.parameter], learningRate: 0.03) }
    var second = Adam()
    second.state = try JSONDecoder().decode(
      Adam.State.self, from: JSONEncoder().encode(first.state))
    for _ in 0..<3 { second.step([parts.parameter], learningRate: 0.03) }
    #expect(parts.values == whole.values)
    #expect(second.state == adam.state)
  }

  @Test func theCosineRisesAndFalls() {
    let schedule = LearningRateSchedule.cosine(
      peak: 0.2, final: 0.02, warmupSteps: 4, totalSteps: 24)
    let rates = (0..<30).map { schedule.rate(atStep: $0) }
    #expect(rates[0] == 0.05)
    #expect(rates[3] == 0.2)
    #expect(rates[4] == 0.2)
    #expect(abs(rates[14] - 0.11) < 1e-12)
    #expect(abs(rates[24] - 0.02) < 1e-12)
    #expect(rates[29] == rates[24])
    #expect(LearningRateSchedule.constant(rate: 0.3).rate(atStep: 99) == 0.3)
  }

  @Test func packedFloatsKeepEveryBit() throws {
    let packed = PackedFloats([0, -0.0, .infinity, .leastNonzeroMagnitude, .pi, -1e30])
    let again = try JSONDecoder().decode(
      [PackedFloats].self, from: JSONEncoder().encode([packed]))
    #expect(again[0].values.map(\.bitPattern) == packed.values.map(\.bitPattern))
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([PackedFloats].self, from: Data(#"["AAAA"]"#.utf8))
    }
  }
}
