import Foundation

// Draws from the usual distributions. All take the stream as an argument; each takes a fixed
// number of words from it, but for `truncatedNormal`, which redraws.

extension SeededGenerator {
  /// A uniform draw from `0..<1` with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform draw from a range.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A uniform draw from `0..<bound`; `bound` is positive.
  ///
  /// The bias, at most `bound` · 2⁻⁶⁴, is too small to see.
  public mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A draw from the normal distribution (Box and Muller 1958, the cosine half).
  public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return mean + standardDeviation * radius * cos(2 * Double.pi * uniform())
  }

  /// A draw from the normal distribution restricted to a range.
  ///
  /// Draws again until the value falls inside; after 1,000 misses (a mean far outside the range)
  /// the nearest bound is returned.
  public mutating func truncatedNormal(
    mean: Double, standardDeviation: Double, in range: ClosedRange<Double>
  ) -> Double {
    guard standardDeviation > 0 else {
      return min(max(mean, range.lowerBound), range.upperBound)
    }
    for _ in 0..<1000 {
      let draw = normal(mean: mean, standardDeviation: standardDeviation)
      if range.contains(draw) { return draw }
    }
    return min(max(mean, range.lowerBound), range.upperBound)
  }

  /// The numbers `0..<count` in random order (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
