import Tensors

/// Weights that reproduce a layer's targets from a subset of its input channels.
///
///     minimise  Σ ‖W·x − y‖² + λ‖W − W₀‖²
///
/// over the rows whose moments were gathered; the bias is a feature of its own and not drawn towards
/// anything. λ is `ridge` times the mean diagonal of XᵀX. With all channels kept and the original
/// targets the answer is W₀. (AMC solves the same problem without bias and with λ = 0; see He et al.
/// 2017, "Channel pruning for accelerating very deep neural networks", equation 3.)
struct LeastSquares {
  let layer: DenseLayer
  let moments: SecondMoments
  /// outputs × (features − 1), the weights that the solution is drawn to.
  let prior: [Double]
  /// XᵀX + λI, λ not on the bias.
  let regularised: [Double]
  /// XᵀY + λW₀, features × outputs.
  let rightHandSide: [Double]

  init(_ layer: DenseLayer, moments: SecondMoments, prior: [Double], ridge: Double) {
    self.layer = layer
    self.moments = moments
    self.prior = prior
    let features = layer.features
    let outputs = layer.outputs
    var diagonal = 0.0
    for feature in 0..<(features - 1) { diagonal += moments.gram[feature * (features + 1)] }
    let weight = max(ridge * diagonal / Double(max(features - 1, 1)), .leastNormalMagnitude)
    var regularised = moments.gram
    var rightHandSide = moments.cross
    for feature in 0..<(features - 1) {
      regularised[feature * (features + 1)] += weight
      for output in 0..<outputs {
        rightHandSide[feature * outputs + output] +=
          weight * prior[output * (features - 1) + feature]
      }
    }
    self.regularised = regularised
    self.rightHandSide = rightHandSide
  }

  /// The features of some channels, the bias last.
  func features(of channels: [Int]) -> [Int] {
    channels.flatMap { channel in (0..<layer.area).map { channel * layer.area + $0 } }
      + [layer.features - 1]
  }

  /// The best weights on some input channels; the others get 0.
  ///
  /// - Returns: weights, outputs × (features − 1), and bias.
  /// - Throws: `CompressionError.reconstruction` when the moments are singular.
  func solve(keeping channels: [Int]) throws(CompressionError) -> (weight: [Double], bias: [Double])
  {
    let kept = features(of: channels)
    let count = kept.count
    let outputs = layer.outputs
    var matrix = [Double](repeating: 0, count: count * count)
    for (row, feature) in kept.enumerated() {
      for (column, other) in kept[...row].enumerated() {
        matrix[row * count + column] = regularised[feature * layer.features + other]
      }
    }
    var solution = [Double](repeating: 0, count: outputs * count)
    for (row, feature) in kept.enumerated() {
      for output in 0..<outputs {
        solution[output * count + row] = rightHandSide[feature * outputs + output]
      }
    }
    do {
      try LinearAlgebra.choleskyFactor(&matrix, order: count)
      try LinearAlgebra.choleskySolve(
        factor: matrix, order: count, rightHandSides: &solution, columns: outputs)
    } catch {
      throw .reconstruction(layer: layer.name, reason: "\(error); give a larger ridge")
    }
    return spread(solution, kept: kept)
  }

  private func spread(_ solution: [Double], kept: [Int]) -> (weight: [Double], bias: [Double]) {
    let width = layer.features - 1
    var weight = [Double](repeating: 0, count: layer.outputs * width)
    var bias: [Double] = []
    for output in 0..<layer.outputs {
      for (position, feature) in kept.enumerated().dropLast() {
        weight[output * width + feature] = solution[output * kept.count + position]
      }
      bias.append(solution[(output + 1) * kept.count - 1])
    }
    return (weight, bias)
  }
}
