import Foundation
public import Tensors

/// How likely each position of a replay is to be drawn.
///
///     pᵢ = (|δᵢ| + ε)^α        P(i) = pᵢ / Σₖ pₖ        wᵢ = (N·P(i))^−β / maxⱼ (N·P(j))^−β
///
/// δ is the critic's error when the experience was last drawn, in units of the normalised return; what
/// was never drawn has the largest |δ| + ε seen so far, 1 at first. The weights w make up for the uneven
/// chances; their largest is taken over the batch. A batch is drawn in equal parts of the sum, one
/// position from each, so that every position is drawn batch·P(i) times on average.
///
/// Source: Schaul et al. 2016, arXiv 1511.05952, section 3.3 (proportional variant), 3.4 and appendix
/// B.2.1.
public struct ReplayPriorities: Codable, Equatable, Sendable {
  /// ε, which leaves every experience a chance.
  public static let smallestError = 0.01

  /// α.
  public let exponent: Double
  /// p by position.
  public private(set) var tree: SumTree
  private var largest = 1.0

  /// Priorities of an empty replay.
  public init(capacity: Int, exponent: Double) {
    self.exponent = exponent
    tree = SumTree(count: capacity)
  }

  /// Gives a new experience at a position the largest priority.
  public mutating func insert(at position: Int) {
    tree[position] = power(largest)
  }

  /// Takes in the critic's errors on what was drawn; an error that is not finite counts as the largest.
  public mutating func update(_ positions: [Int], errors: [Float]) {
    for (position, error) in zip(positions, errors) {
      let size = error.isFinite ? Double(abs(error)) + Self.smallestError : largest
      largest = max(largest, size)
      tree[position] = power(size)
    }
  }

  /// Positions drawn in proportion to their priorities; none when nothing was inserted.
  public func sample(_ batch: Int, using generator: inout SeededGenerator) -> [Int] {
    guard tree.total > 0 else { return [] }
    return (0..<batch).map { part in
      tree.position(ofSum: (Double(part) + generator.uniform()) / Double(batch) * tree.total)
    }
  }

  /// w of these positions.
  ///
  /// - Parameters:
  ///   - count: N, the experiences stored.
  ///   - correction: β, 0 for none and 1 for all of it.
  public func weights(of positions: [Int], count: Int, correction: Double) -> [Float] {
    let weights = positions.map { position in
      pow(Double(count) * tree[position] / tree.total, -correction)
    }
    let largest = weights.max() ?? 1
    return weights.map { Float($0 / largest) }
  }

  private func power(_ size: Double) -> Double { pow(size, exponent) }
}
