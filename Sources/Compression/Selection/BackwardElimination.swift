import Tensors

/// Chooses channels by the error that least squares itself leaves: again and again the channel goes
/// whose removal, with all other weights solved anew, costs least.
///
/// With G = XᵀX + λI, H = G⁻¹ and the current solution B, removing the block c of features costs
/// exactly
///
///     Δ(c) = tr(B_cᵀ · (H_cc)⁻¹ · B_c)
///
/// and leaves B ← B − H_:c (H_cc)⁻¹ B_c, H ← H − H_:c (H_cc)⁻¹ H_c:. It is Hassibi and Stork's optimal
/// brain surgeon (1993) in blocks, on the layer's own reconstruction error, so exact and not an
/// approximation. Cost: O(K²·area) for each removed channel, K features.
struct BackwardElimination {
  private let features: Int
  private let outputs: Int
  private let area: Int
  private var inverse: [Double]
  private var solution: [Double]
  private var remaining: [Int]

  /// - Throws: `CompressionError.reconstruction` when the moments are singular.
  init(_ problem: LeastSquares) throws(CompressionError) {
    features = problem.layer.features
    outputs = problem.layer.outputs
    area = problem.layer.area
    remaining = Array(0..<problem.layer.channels)
    do {
      var factor = problem.regularised
      try LinearAlgebra.choleskyFactor(&factor, order: features)
      inverse = try LinearAlgebra.choleskyInverse(factor: factor, order: features)
    } catch {
      throw .reconstruction(layer: problem.layer.name, reason: "\(error); give a larger ridge")
    }
    solution = [Double](repeating: 0, count: features * outputs)
    let (features, outputs) = (features, outputs)
    inverse.withUnsafeBufferPointer { inverse in
      problem.rightHandSide.withUnsafeBufferPointer { right in
        solution.withUnsafeMutableBufferPointer { solution in
          guard let inverse = inverse.baseAddress, let right = right.baseAddress,
            let solution = solution.baseAddress
          else { return }
          LinearAlgebra.multiplyDouble(
            rows: features, columns: outputs, inner: features,
            .init(inverse, stride: features), .init(right, stride: outputs),
            into: solution, stride: outputs)
        }
      }
    }
  }

  /// The channels that stay, ascending.
  mutating func keep(_ count: Int) throws(CompressionError) -> [Int] {
    while remaining.count > max(count, 1) {
      guard let cheapest = cheapestChannel() else { break }
      remove(cheapest)
    }
    return remaining
  }

  /// All channels in the order in which they go, the last one that stays at the end.
  mutating func eliminationOrder() throws(CompressionError) -> [Int] {
    var order: [Int] = []
    while remaining.count > 1, let cheapest = cheapestChannel() {
      remove(cheapest)
      order.append(cheapest)
    }
    return order + remaining
  }

  private func cheapestChannel() -> Int? {
    var best: (channel: Int, cost: Double)?
    for channel in remaining {
      let cost = costOfRemoving(channel)
      if best.map({ cost < $0.cost }) ?? true { best = (channel, cost) }
    }
    return best?.channel
  }

  /// Δ(c), by the Cholesky factor L of H_cc: ‖L⁻¹·B_c‖².
  func costOfRemoving(_ channel: Int) -> Double {
    let first = channel * area
    guard let factor = smallFactor(first) else { return .infinity }
    var total = 0.0
    var column = [Double](repeating: 0, count: area)
    for output in 0..<outputs {
      for row in 0..<area {
        var value = solution[(first + row) * outputs + output]
        for other in 0..<row { value -= factor[row * area + other] * column[other] }
        column[row] = value / factor[row * area + row]
        total += column[row] * column[row]
      }
    }
    return total
  }

  /// The Cholesky factor of the block of H at a feature.
  private func smallFactor(_ first: Int) -> [Double]? {
    var factor = [Double](repeating: 0, count: area * area)
    for row in 0..<area {
      for column in 0...row {
        var value = inverse[(first + row) * features + first + column]
        for other in 0..<column {
          value -= factor[row * area + other] * factor[column * area + other]
        }
        if row == column {
          guard value > 0 else { return nil }
          factor[row * area + row] = value.squareRoot()
        } else {
          factor[row * area + column] = value / factor[column * area + column]
        }
      }
    }
    return factor
  }

  private mutating func remove(_ channel: Int) {
    remaining.removeAll { $0 == channel }
    let first = channel * area
    guard let factor = smallFactor(first) else { return }
    let (features, outputs, area) = (features, outputs, area)
    // T = L⁻¹·H_c: (area × features) and U = L⁻¹·B_c (area × outputs); then H −= TᵀT, B −= TᵀU.
    let projected = Self.forwardSolved(
      factor, Array(inverse[(first * features)..<((first + area) * features)]), area, features)
    let weights = Self.forwardSolved(
      factor, Array(solution[(first * outputs)..<((first + area) * outputs)]), area, outputs)
    projected.withUnsafeBufferPointer { projected in
      weights.withUnsafeBufferPointer { weights in
        inverse.withUnsafeMutableBufferPointer { inverse in
          solution.withUnsafeMutableBufferPointer { solution in
            guard let projected = projected.baseAddress, let weights = weights.baseAddress,
              let inverse = inverse.baseAddress, let solution = solution.baseAddress
            else { return }
            LinearAlgebra.multiplyDouble(
              rows: features, columns: features, inner: area,
              .init(projected, stride: features, transposed: true),
              .init(projected, stride: features), alpha: -1, beta: 1, into: inverse,
              stride: features)
            LinearAlgebra.multiplyDouble(
              rows: features, columns: outputs, inner: area,
              .init(projected, stride: features, transposed: true),
              .init(weights, stride: outputs), alpha: -1, beta: 1, into: solution,
              stride: outputs)
          }
        }
      }
    }
  }

  private static func forwardSolved(
    _ factor: [Double], _ right: [Double], _ area: Int, _ columns: Int
  ) -> [Double] {
    var result = right
    for row in 0..<area {
      for other in 0..<row {
        let scale = factor[row * area + other]
        for column in 0..<columns {
          result[row * columns + column] -= scale * result[other * columns + column]
        }
      }
      let pivot = factor[row * area + row]
      for column in 0..<columns { result[row * columns + column] /= pivot }
    }
    return result
  }
}
