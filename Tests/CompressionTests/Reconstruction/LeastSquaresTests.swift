import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

/// A least-squares problem of one layer on random inputs, and what a naive solver says of it.
struct LayerProblem {
  let layer: DenseLayer
  let graph: Graph
  let problem: LeastSquares

  /// A convolution 4 → 3 with kernel 1 × 2, or a dense layer 6 → 4; inputs are correlated.
  init(isDense: Bool, ridge: Double = 1e-4, noise: Float = 0) throws {
    var sketch = Sketch(isDense ? [6] : [4, 3, 5], seed: 21)
    let output =
      isDense
      ? sketch.dense("y", "x", 6, 4) : sketch.convolution("y", "x", 4, 3, kernel: (1, 2))
    graph = sketch.graph(output)
    let shapes = try graph.shapes(batch: 1)
    guard let layer = DenseLayer(0, of: graph, shapes: shapes) else { throw Missing() }
    self.layer = layer
    let inputs = Self.correlated(Shape([60] + (isDense ? [6] : [4, 3, 5])))
    let outputs = try networkOutput(graph, inputs)
    var generator = SeededGenerator(seed: 1)
    let sampler = PatchSampler(
      images: 60, perImage: 99, output: shapes["y"] ?? [], using: &generator)
    let area = outputs.count / 60 / layer.outputs
    var targets: [Float] = []
    for number in 0..<60 {
      for position in 0..<area {
        for channel in 0..<layer.outputs {
          let own = outputs.scalars[(number * layer.outputs + channel) * area + position]
          targets.append(own + noise * Float(generator.normal()))
        }
      }
    }
    let moments = SecondMoments(
      layer, sampler: sampler, input: StoredValue(inputs), targets: targets,
      pool: WorkerPool(threads: 1))
    problem = LeastSquares(
      layer, moments: moments, prior: graph.effectiveWeights(of: layer), ridge: ridge)
  }

  private struct Missing: Error {}

  /// Normal draws whose neighbouring channels share a part.
  private static func correlated(_ shape: Shape) -> Tensor {
    let own = Tensor.normal(shape, seed: 31)
    let inner = shape.extents.dropFirst(2).reduce(1, *)
    return Tensor(shape: shape) { position in
      let channel = position / inner % shape[1]
      let before = channel > 0 ? own.scalars[position - inner] : 0
      return own.scalars[position] * (1 + 0.3 * Float(channel)) + 0.7 * before + 0.2
    }
  }

  /// The weights of some features by Gauss's elimination: features × outputs.
  func naive(_ features: [Int]) -> [[Double]] {
    var rows = features.map { feature in
      features.map { problem.regularised[feature * layer.features + $0] }
        + (0..<layer.outputs).map { problem.rightHandSide[feature * layer.outputs + $0] }
    }
    for pivot in rows.indices {
      if let best = (pivot..<rows.count).max(by: { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }) {
        rows.swapAt(pivot, best)
      }
      for other in rows.indices where other != pivot {
        let factor = rows[other][pivot] / rows[pivot][pivot]
        for column in pivot..<rows[pivot].count {
          rows[other][column] -= factor * rows[pivot][column]
        }
      }
    }
    return rows.enumerated().map { pivot, row in row[features.count...].map { $0 / row[pivot] } }
  }

  /// The objective that is left with some channels, but for a constant: −tr(Rᵀ·B).
  func objective(_ channels: [Int]) -> Double {
    let features = problem.features(of: channels)
    var total = 0.0
    for (row, weights) in naive(features).enumerated() {
      for output in 0..<layer.outputs {
        total -=
          weights[output]
          * problem.rightHandSide[features[row] * layer.outputs + output]
      }
    }
    return total
  }
}

private func networkOutput(_ graph: Graph, _ examples: Tensor) throws -> Tensor {
  try output(of: graph, for: examples)
}

@Suite struct LeastSquaresTests {
  @Test(arguments: [true, false], [0, 1e-4, 0.5])
  func withAllChannelsAndTheOriginalTargetsTheWeightsAreTheOriginalOnes(
    _ isDense: Bool, _ ridge: Double
  ) throws {
    let own = try LayerProblem(isDense: isDense, ridge: ridge)
    let solution = try own.problem.solve(keeping: Array(0..<own.layer.channels))
    let prior = own.graph.effectiveWeights(of: own.layer)
    #expect(solution.weight.count == prior.count)
    #expect(zip(solution.weight, prior).allSatisfy { abs($0 - $1) < 1e-4 })
    let bias = try #require(own.graph.initializers["y.bias"]?.tensor).scalars
    #expect(zip(solution.bias, bias).allSatisfy { abs($0 - Double($1)) < 1e-4 })
  }

  @Test(arguments: [true, false], [[0], [1, 3], [0, 2, 3]])
  func theSolutionIsThatOfANaiveSolver(_ isDense: Bool, _ kept: [Int]) throws {
    let own = try LayerProblem(isDense: isDense, noise: 0.3)
    let solution = try own.problem.solve(keeping: kept)
    let features = own.problem.features(of: kept)
    let naive = own.naive(features)
    let width = own.layer.features - 1
    for output in 0..<own.layer.outputs {
      for (row, feature) in features.dropLast().enumerated() {
        #expect(abs(solution.weight[output * width + feature] - naive[row][output]) < 1e-9)
      }
      #expect(abs(solution.bias[output] - naive[features.count - 1][output]) < 1e-9)
    }
    let used = Set(features)
    for position in solution.weight.indices where !used.contains(position % width) {
      #expect(solution.weight[position] == 0)
    }
  }

  @Test func aGreatRidgeKeepsTheOriginalWeights() throws {
    let own = try LayerProblem(isDense: true, ridge: 1e8, noise: 1)
    let solution = try own.problem.solve(keeping: [1, 2, 5])
    let prior = own.graph.effectiveWeights(of: own.layer)
    for output in 0..<4 {
      for channel in [1, 2, 5] {
        #expect(abs(solution.weight[output * 6 + channel] - prior[output * 6 + channel]) < 1e-4)
      }
    }
  }

  @Test func inputsThatAreAlwaysZeroNeedNoMoreThanTheRidge() throws {
    var sketch = Sketch([3])
    let graph = sketch.graph(sketch.dense("y", "x", 3, 2))
    let layer = try #require(
      DenseLayer(0, of: graph, shapes: try graph.shapes(batch: 1)))
    var generator = SeededGenerator(seed: 1)
    let sampler = PatchSampler(images: 8, perImage: 1, output: [1, 2], using: &generator)
    let prior = graph.effectiveWeights(of: layer)
    let moments = SecondMoments(
      layer, sampler: sampler, input: StoredValue(shape: [8, 3]),
      targets: [Float](repeating: 0.5, count: 16), pool: WorkerPool(threads: 1))
    let solution = try LeastSquares(layer, moments: moments, prior: prior, ridge: 1e-4)
      .solve(keeping: [0, 2])
    #expect(solution.bias.allSatisfy { abs($0 - 0.5) < 1e-12 })
    #expect(solution.weight.allSatisfy { $0.isFinite })
  }
}

@Suite struct BackwardEliminationTests {
  @Test(arguments: [true, false])
  func theCostOfEachRemovalIsThatOfSolvingAnewWithoutTheBlock(_ isDense: Bool) throws {
    let own = try LayerProblem(isDense: isDense, noise: 0.2)
    let elimination = try BackwardElimination(own.problem)
    let all = Array(0..<own.layer.channels)
    let before = own.objective(all)
    for channel in all {
      let brute = own.objective(all.filter { $0 != channel }) - before
      #expect(abs(elimination.costOfRemoving(channel) - brute) < 1e-6 * max(1, brute))
    }
  }

  @Test(arguments: [true, false])
  func channelsGoInTheOrderOfBruteForce(_ isDense: Bool) throws {
    let own = try LayerProblem(isDense: isDense, noise: 0.2)
    var left = Array(0..<own.layer.channels)
    var expected: [Int] = []
    while left.count > 1 {
      let cheapest = try #require(
        left.min { a, b in
          own.objective(left.filter { $0 != a }) < own.objective(left.filter { $0 != b })
        })
      left.removeAll { $0 == cheapest }
      expected.append(cheapest)
      var elimination = try BackwardElimination(own.problem)
      #expect(try elimination.keep(left.count) == left)
    }
    var elimination = try BackwardElimination(own.problem)
    #expect(try elimination.eliminationOrder() == expected + left)
  }

  @Test func atLeastOneChannelStays() throws {
    var elimination = try BackwardElimination(try LayerProblem(isDense: true).problem)
    #expect(try elimination.keep(0).count == 1)
  }
}
