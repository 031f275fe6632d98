import Compression
import Foundation
import Networks
import Tensors

/// What a quantised network is compared with the original by.
public enum SensitivityMeasure: String, Hashable, Sendable, CaseIterable {
  /// The outputs: of class scores the divergence of their probabilities, KL(p ‖ q), of other values
  /// Σ (z − t)² / Σ t².
  case outputs
  /// Every interest point alike: the mean over the points of Σ (z − t)² / Σ t².
  case points
  /// Every interest point by its label-free Hessian: Σ_l T_l · mean((z_l − t_l)²), the second-order
  /// estimate of what the outputs lose.
  case hessian
}

/// How far networks are from the original on some images, which is run once.
struct OutputComparison {
  /// A value with its part of the sum.
  struct Part {
    let value: String
    let weight: Double
    let form: Form
  }

  enum Form {
    /// KL(p ‖ q) of rows of so many scores.
    case divergence(classes: Int)
    /// Σ (z − t)² / Σ t².
    case relative
    /// mean((z − t)²).
    case mean
  }

  private let parts: [Part]
  private let images: ExampleStore
  private let input: String
  private let pool: WorkerPool
  /// The original's values, those of `parts`.
  private let original: [[Float]]

  /// - Parameters:
  ///   - graph: the original.
  ///   - parts: what is compared; values that every network to come writes under the same names.
  ///   - images: a batch.
  /// - Throws: `GraphError` when the network cannot be run, `CalibrationError.notFinite` where it writes
  ///   numbers that are not finite.
  init(
    _ graph: Graph, parts: [Part], images: ExampleStore, input: String, pool: WorkerPool
  ) throws {
    self.parts = parts
    self.images = images
    self.input = input
    self.pool = pool
    original = try Self.values(of: graph, parts, images, input, pool)
    let writers = graph.producers
    for (part, values) in zip(parts, original) where !values.allSatisfy(\.isFinite) {
      throw CalibrationError.notFinite(
        value: part.value, layer: writers[part.value].map { graph.nodes[$0].name } ?? part.value)
    }
  }

  /// The distance of another network; may be no finite number where the network breaks down.
  func distance(of graph: Graph) throws -> Double {
    let values = try Self.values(of: graph, parts, images, input, pool)
    return zip(parts, zip(values, original)).reduce(0) { sum, pair in
      let (part, (found, expected)) = pair
      return sum + part.weight * Self.distance(found, expected, part.form)
    }
  }

  private static func values(
    of graph: Graph, _ parts: [Part], _ images: ExampleStore, _ input: String, _ pool: WorkerPool
  ) throws -> [[Float]] {
    let executor = try Executor(
      graph.computing(parts.map(\.value)), batch: images.count, exchange: .channelsLast, pool: pool)
    try images.copy(input, Array(0..<images.count), into: executor.input(input))
    executor.forward()
    return try parts.map { Array(try executor.output($0.value)) }
  }

  private static func distance(_ found: [Float], _ expected: [Float], _ form: Form) -> Double {
    guard found.count == expected.count, !expected.isEmpty else { return .nan }
    if case .divergence(let classes) = form { return divergence(expected, found, classes) }
    var (squares, whole) = (0.0, 0.0)
    for (a, b) in zip(found, expected) {
      squares += Double(a - b) * Double(a - b)
      whole += Double(b) * Double(b)
    }
    if case .mean = form { return squares / Double(expected.count) }
    return squares == 0 ? 0 : squares / max(whole, .leastNormalMagnitude)
  }

  /// The mean over rows of Σ p · (log p − log q).
  private static func divergence(_ p: [Float], _ q: [Float], _ classes: Int) -> Double {
    func logarithms(_ row: ArraySlice<Float>) -> [Double] {
      let largest = Double(row.max() ?? 0)
      let sum = row.reduce(0.0) { $0 + exp(Double($1) - largest) }
      return row.map { Double($0) - largest - log(sum) }
    }
    let rows = p.count / max(classes, 1)
    var total = 0.0
    for row in 0..<rows {
      let range = row * classes..<(row + 1) * classes
      total += zip(logarithms(p[range]), logarithms(q[range])).reduce(0) {
        $0 + exp($1.0) * ($1.0 - $1.1)
      }
    }
    return total / Double(max(rows, 1))
  }
}

extension OutputComparison {
  /// What a measure compares.
  ///
  /// - Parameters:
  ///   - points: the interest points.
  ///   - traces: their traces, for `hessian`.
  /// - Throws: `GraphError` when shapes cannot be inferred.
  static func parts(
    _ measure: SensitivityMeasure, of graph: Graph, points: [InterestPoint], traces: [Double]
  ) throws -> [Part] {
    switch measure {
    case .outputs:
      let shapes = try graph.shapes(batch: 1)
      var seen: Set<String> = []
      let values = graph.valuesBeforeSoftmax().filter { seen.insert($0).inserted }
      return values.map { value in
        let shape = shapes[value] ?? []
        let form: Form =
          shape.rank == 2 && shape[1] > 1 ? .divergence(classes: shape[1]) : .relative
        return Part(value: value, weight: 1 / Double(values.count), form: form)
      }
    case .points:
      return points.map { Part(value: $0.value, weight: 1 / Double(points.count), form: .relative) }
    case .hessian:
      return zip(points, traces).map { Part(value: $0.value, weight: $1, form: .mean) }
    }
  }
}
