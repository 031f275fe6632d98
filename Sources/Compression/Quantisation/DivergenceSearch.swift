import Foundation
import Networks

/// The clip by Kullback and Leibler's divergence between a histogram and what a quantiser makes of it.
///
/// Of the magnitudes' histogram h over n bins, the clip after i bins has
///
///     P_j = h_j for j < i, and all that lies beyond added to P_(i−1)
///     Q_j = (Σ h over the bins that go to the level of j) / (how many of them are not empty)
///     D = Σ P_j · ln(P_j / Q_j), both normalised
///
/// Source: S. Migacz 2017, "8-bit inference with TensorRT"; HAQ, section 3.3. Differences: bins go to the
/// levels that the quantiser rounds them to, not to groups of equal size; zeros are left out since every
/// quantiser keeps them; where what lies beyond falls on a level without bins of its own, Q_j is that of half
/// an element. HAQ's code compares cumulative histograms; these are densities.
struct DivergenceSearch {
  private let histogram: [Double]
  private let width: Double

  /// The most bins; few numbers get fewer, so that bins hold some of them.
  private static let largestCount = 2048

  init(_ numbers: SortedValues) {
    let count = min(Self.largestCount, max(64, numbers.values.count / 16))
    let largest = numbers.largestMagnitude
    width = largest / Double(count)
    var histogram = [Double](repeating: 0, count: count)
    for (position, value) in numbers.values.enumerated() where value != 0 {
      let bin = min(Int(abs(value) / width), count - 1)
      histogram[bin] += numbers.weight(position..<position + 1)
    }
    self.histogram = histogram
  }

  /// The clip of the least divergence, the largest of several; levels are those of one sign.
  func clip(_ levels: QuantizationLevels) -> Double {
    let count = histogram.count
    var best = (divergence: Double.infinity, bins: count)
    let smallest = min(count, max(levels.highest + 1, count / 64))
    for bins in stride(from: count, through: smallest, by: -max(1, count / 256)) {
      guard let found = divergence(bins: bins, highest: levels.highest) else { continue }
      if found < best.divergence { best = (found, bins) }
    }
    return Double(best.bins) * width
  }

  /// The divergence of the clip after some bins, nil where they hold nothing.
  private func divergence(bins: Int, highest: Int) -> Double? {
    let outliers = histogram[bins...].reduce(0, +)
    let kept = histogram[..<bins].reduce(0, +)
    guard kept > 0 else { return nil }
    let perBin = Double(highest) / Double(bins)
    func level(_ bin: Int) -> Int {
      min(Int(((Double(bin) + 0.5) * perBin).rounded(.toNearestOrEven)), highest)
    }
    var divergence = 0.0
    var first = 0
    while first < bins {
      let own = level(first)
      var last = first
      var (mass, filled) = (0.0, 0)
      while last < bins, level(last) == own {
        mass += histogram[last]
        if histogram[last] > 0 || (last == bins - 1 && outliers > 0) { filled += 1 }
        last += 1
      }
      for bin in first..<last {
        let p = histogram[bin] + (bin == bins - 1 ? outliers : 0)
        guard p > 0 else { continue }
        let q = (mass > 0 ? mass / Double(filled) : 0.5) / kept
        divergence += p / (kept + outliers) * log(p / (kept + outliers) / q)
      }
      first = last
    }
    return divergence
  }
}
