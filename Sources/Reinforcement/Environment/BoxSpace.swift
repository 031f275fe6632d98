public import Tensors

/// The vectors between two bounds, component by component; a bound may be infinite.
public struct BoxSpace: Codable, Equatable, Sendable {
  /// The smallest value of each component.
  public let low: [Double]
  /// The largest value of each component.
  public let high: [Double]

  /// A space with bounds of its own for each component.
  ///
  /// - Throws: `EnvironmentError.space` when there are none, their numbers differ, or a low bound
  ///   is not below its high bound or equal to it.
  public init(low: [Double], high: [Double]) throws(EnvironmentError) {
    guard !low.isEmpty, low.count == high.count else {
      throw .space("\(low.count) low and \(high.count) high bounds; expected as many, at least one")
    }
    for component in low.indices where !(low[component] <= high[component]) {
      throw .space(
        "component \(component) from \(low[component]) to \(high[component]); expected low ≤ high")
    }
    self.low = low
    self.high = high
  }

  /// A space of `count` components that share their bounds.
  public init(count: Int, in range: ClosedRange<Double>) {
    low = [Double](repeating: range.lowerBound, count: max(count, 1))
    high = [Double](repeating: range.upperBound, count: max(count, 1))
  }

  /// A space with a range for each component.
  public init(_ ranges: ClosedRange<Double>...) {
    low = ranges.map(\.lowerBound)
    high = ranges.map(\.upperBound)
  }

  /// Reads the bounds and checks them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      low: container.decode([Double].self, forKey: .low),
      high: container.decode([Double].self, forKey: .high))
  }

  /// The number of components.
  public var count: Int { low.count }

  /// Whether every bound is finite.
  public var isBounded: Bool {
    low.allSatisfy(\.isFinite) && high.allSatisfy(\.isFinite)
  }

  /// Whether a vector has the right length, is finite, and lies within the bounds.
  public func contains(_ vector: [Double], tolerance: Double = 0) -> Bool {
    vector.count == count
      && vector.indices.allSatisfy { component in
        vector[component].isFinite
          && vector[component] >= low[component] - tolerance
          && vector[component] <= high[component] + tolerance
      }
  }

  /// The nearest vector within the bounds; the vector has as many components as the space.
  public func clamped(_ vector: [Double]) -> [Double] {
    zip(vector, zip(low, high)).map { min(max($0, $1.0), $1.1) }
  }

  /// The action itself, bounded.
  ///
  /// - Throws: `EnvironmentError.action` when its length is wrong or a component is not finite.
  public func checked(_ action: [Double]) throws(EnvironmentError) -> [Double] {
    guard action.count == count, action.allSatisfy(\.isFinite) else {
      throw .action(expected: count, found: action)
    }
    return clamped(action)
  }

  /// A uniform draw; the bounds are finite.
  public func sample(using generator: inout SeededGenerator) -> [Double] {
    zip(low, high).map { generator.uniform(in: $0...$1) }
  }
}
