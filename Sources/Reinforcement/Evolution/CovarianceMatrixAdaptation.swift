import Foundation
public import Tensors

/// Covariance matrix adaptation: an evolution strategy that learns from ranks alone.
///
///     x = m + σ·A·z,  z ~ N(0, I),  A·Aᵀ = C
///
/// After a generation of λ points, the best μ of them, weighted w, move m; two paths of recent moves say
/// whether steps help each other (σ) and in which direction (C):
///
///     p_σ ← (1 − c_σ) p_σ + √(c_σ(2 − c_σ)μ_eff) · A⁻¹(m′ − m)/σ
///     p_c ← (1 − c_c) p_c + h·√(c_c(2 − c_c)μ_eff) · (m′ − m)/σ
///     C   ← (1 − c₁ − c_μ) C + c₁ p_c p_cᵀ + c_μ Σ wᵢ yᵢyᵢᵀ
///     σ   ← σ·exp((c_σ/d_σ)(‖p_σ‖/E‖N(0, I)‖ − 1))
///
/// Source: Hansen 2016, "The CMA evolution strategy: a tutorial" (arXiv 1604.00772), with its default
/// constants and positive weights; A is the Cholesky factor instead of the symmetric root. Points that
/// were changed before they were measured may be told as they became. Cost: O(n³) for each generation.
public struct CovarianceMatrixAdaptation: Codable, Sendable {
  /// Points in a generation, λ.
  public let populationSize: Int
  /// The centre of the distribution.
  public private(set) var mean: [Double]
  /// The step size, σ.
  public private(set) var stepSize: Double

  private var covariance: [Double]
  private var factor: [Double]
  private var stepPath: [Double]
  private var covariancePath: [Double]
  private var generation = 0
  private let constants: Constants

  /// A strategy around a point.
  ///
  /// - Parameters:
  ///   - mean: where it begins.
  ///   - stepSize: the first σ; a third of what is searched is usual.
  ///   - populationSize: λ; 4 + 3·ln n by default.
  public init(mean: [Double], stepSize: Double, populationSize: Int? = nil) {
    let count = mean.count
    self.mean = mean
    self.stepSize = stepSize
    self.populationSize = max(4, populationSize ?? 4 + Int(3 * log(Double(max(count, 1)))))
    constants = Constants(dimensions: Double(max(count, 1)), population: self.populationSize)
    covariance = Self.identity(count)
    factor = covariance
    stepPath = [Double](repeating: 0, count: count)
    covariancePath = stepPath
  }

  /// Whether a strategy that was read has the extents of one over so many dimensions.
  public func isWhole(dimensions count: Int) -> Bool {
    mean.count == count && stepPath.count == count && covariancePath.count == count
      && covariance.count == count * count && factor.count == count * count
      && populationSize >= 4
  }

  /// Draws a point.
  public func sample(using generator: inout SeededGenerator) -> [Double] {
    let draws = mean.map { _ in generator.normal() }
    return mean.indices.map { row in
      let step = (0...row).reduce(0) { $0 + factor[row * mean.count + $1] * draws[$1] }
      return mean[row] + stepSize * step
    }
  }

  /// Learns from a generation.
  ///
  /// - Parameter points: points with their values, larger is better, `populationSize` of them.
  /// - Throws: `TensorError.notPositiveDefinite` when values that were no numbers broke the covariance.
  public mutating func update(_ points: [(point: [Double], value: Double)]) throws(TensorError) {
    // Sorted by value and then by place, so that equal values keep their order.
    let ranked = points.enumerated().sorted { a, b in
      a.element.value != b.element.value
        ? a.element.value > b.element.value : a.offset < b.offset
    }
    let steps = ranked.prefix(constants.weights.count).map { entry in
      zip(entry.element.point, mean).map { ($0 - $1) / stepSize }
    }
    let move = mean.indices.map { axis in
      zip(constants.weights, steps).reduce(0) { $0 + $1.0 * $1.1[axis] }
    }
    for axis in mean.indices { mean[axis] += stepSize * move[axis] }
    generation += 1
    adaptPaths(move)
    adaptCovariance(steps)
    stepSize *= exp(
      min(1, constants.stepRate / constants.damping * (norm(stepPath) / constants.expectedNorm - 1))
    )
    factor = covariance
    try LinearAlgebra.choleskyFactor(&factor, order: mean.count)
  }

  private mutating func adaptPaths(_ move: [Double]) {
    let keep = 1 - constants.stepRate
    let gain = (constants.stepRate * (2 - constants.stepRate) * constants.selectionMass)
      .squareRoot()
    let whitened = solved(move)
    for axis in mean.indices { stepPath[axis] = keep * stepPath[axis] + gain * whitened[axis] }
    let rate = constants.pathRate
    let pathGain = (rate * (2 - rate) * constants.selectionMass).squareRoot()
    let isSteady = isStepPathShort
    for axis in mean.indices {
      covariancePath[axis] =
        (1 - rate) * covariancePath[axis] + (isSteady ? pathGain * move[axis] : 0)
    }
  }

  /// h: whether p_σ is short enough for p_c to grow.
  private var isStepPathShort: Bool {
    let settled = 1 - pow(1 - constants.stepRate, 2 * Double(generation))
    let bound = (1.4 + 2 / (Double(mean.count) + 1)) * constants.expectedNorm
    return norm(stepPath) / settled.squareRoot() < bound
  }

  private mutating func adaptCovariance(_ steps: [[Double]]) {
    let count = mean.count
    let (one, many) = (constants.rankOneRate, constants.rankManyRate)
    let lost = isStepPathShort ? 0 : one * constants.pathRate * (2 - constants.pathRate)
    for row in 0..<count {
      for column in 0...row {
        var value = (1 - one - many + lost) * covariance[row * count + column]
        value += one * covariancePath[row] * covariancePath[column]
        for (weight, step) in zip(constants.weights, steps) {
          value += many * weight * step[row] * step[column]
        }
        covariance[row * count + column] = value
        covariance[column * count + row] = value
      }
      // A direction in which every point was moved to the same bound must not die out.
      covariance[row * count + row] = max(covariance[row * count + row], 1e-10)
    }
  }

  /// A⁻¹·v by forward substitution.
  private func solved(_ vector: [Double]) -> [Double] {
    var result = vector
    let count = mean.count
    for row in 0..<count {
      for column in 0..<row { result[row] -= factor[row * count + column] * result[column] }
      result[row] /= factor[row * count + row]
    }
    return result
  }

  private func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private static func identity(_ count: Int) -> [Double] {
    (0..<(count * count)).map { $0 / max(count, 1) == $0 % max(count, 1) ? 1 : 0 }
  }

  /// The tutorial's default constants (table 1, positive weights).
  private struct Constants: Codable {
    let weights: [Double]
    /// μ_eff.
    let selectionMass: Double
    /// c_σ.
    let stepRate: Double
    /// d_σ.
    let damping: Double
    /// c_c.
    let pathRate: Double
    /// c₁.
    let rankOneRate: Double
    /// c_μ.
    let rankManyRate: Double
    /// E‖N(0, I)‖.
    let expectedNorm: Double

    init(dimensions n: Double, population: Int) {
      let parents = max(1, population / 2)
      let raw = (1...parents).map { log(Double(population + 1) / 2) - log(Double($0)) }
      let total = raw.reduce(0, +)
      weights = raw.map { $0 / total }
      let mass = 1 / weights.reduce(0) { $0 + $1 * $1 }
      selectionMass = mass
      stepRate = (mass + 2) / (n + mass + 5)
      damping = 1 + 2 * max(0, ((mass - 1) / (n + 1)).squareRoot() - 1) + stepRate
      pathRate = (4 + mass / n) / (n + 4 + 2 * mass / n)
      rankOneRate = 2 / ((n + 1.3) * (n + 1.3) + mass)
      rankManyRate = min(
        1 - rankOneRate, 2 * (mass - 2 + 1 / mass) / ((n + 2) * (n + 2) + mass))
      expectedNorm = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    }
  }
}
