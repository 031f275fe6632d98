import Foundation

/// Two networks compared on the same images: only images that one gets right and the other wrong tell
/// them apart.
///
/// Source: McNemar 1947; with few images the exact form, a sign test on those images.
public struct PairedComparison: Equatable, Sendable {
  /// Images that the first network alone gets right.
  public let firstOnly: Int
  /// Images that the second network alone gets right.
  public let secondOnly: Int

  /// Compares what two networks got right, image by image.
  ///
  /// - Throws: `CompressionError.data` when the numbers of images differ.
  public init(_ first: [Bool], _ second: [Bool]) throws(CompressionError) {
    guard first.count == second.count else {
      throw .data(expected: "\(first.count) images for both networks", found: "\(second.count)")
    }
    firstOnly = zip(first, second).count { $0 && !$1 }
    secondOnly = zip(first, second).count { !$0 && $1 }
  }

  /// The probability that equally good networks differ by as much or more.
  ///
  /// With b and c images in favour of one and the other, and k the smaller,
  ///
  ///     p = min(1, 2 · Σ_{i ≤ k} C(b + c, i) / 2^(b + c))
  public var pValue: Double {
    let count = firstOnly + secondOnly
    guard count > 0 else { return 1 }
    // Logarithms, since C(n, i) leaves the range of numbers from about n = 1000 on.
    let total = lgamma(Double(count) + 1) - Double(count) * log(2)
    let tail = (0...min(firstOnly, secondOnly)).reduce(0.0) { sum, i in
      sum + exp(total - lgamma(Double(i) + 1) - lgamma(Double(count - i) + 1))
    }
    return min(1, 2 * tail)
  }
}
