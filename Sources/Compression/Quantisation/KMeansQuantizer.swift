public import Tensors

/// Weights that share 2^b values, found by k-means in one dimension.
///
/// Weights are sorted once; with sums over their runs a step of Lloyd's takes O(k · log n), and so does
/// each centroid that k-means++ draws (k times). Source: Deep Compression (Han et al. 2016), section 3;
/// Arthur and Vassilvitskii 2007 for the first centroids.
public struct KMeansQuantizer: Hashable, Sendable {
  /// The bits of a weight's number.
  public let bits: Int
  /// How many times centroids are drawn anew; the set with the least squared error is kept.
  public let restarts: Int
  /// The most steps of Lloyd's algorithm.
  public static let stepLimit = 300

  /// A quantiser.
  ///
  /// - Throws: `CompressionError.setting` when `bits` is not in `LinearQuantizer.bitRange` or `restarts` is
  ///   below 1.
  public init(bits: Int, restarts: Int = 4) throws(CompressionError) {
    guard LinearQuantizer.bitRange.contains(bits) else {
      throw .setting(name: "bits of weights", expected: "1 to 8", found: "\(bits)")
    }
    guard restarts > 0 else {
      throw .setting(name: "restarts of k-means", expected: "1 or more", found: "\(restarts)")
    }
    self.bits = bits
    self.restarts = restarts
  }

  /// The values shared by some weights, rising: at most 2^b, fewer where fewer are different.
  public func codebook(
    of weights: [Float], using generator: inout SeededGenerator
  ) -> [Float] {
    let numbers = SortedValues(weights)
    var best: (error: Double, centroids: [Double]) = (.infinity, [])
    for _ in 0..<restarts {
      let clusters = refined(firstCentroids(numbers, &generator), numbers)
      let error = clusters.squaredError
      if error < best.error { best = (error, clusters.centroids) }
    }
    return best.centroids.map { Float($0) }
  }

  /// Each weight replaced by the value of a rising codebook nearest to it; half way the larger.
  public static func quantize(_ weights: Tensor, codebook: [Float]) -> Tensor {
    guard !codebook.isEmpty else { return weights }
    let values = codebook.map { Double($0) }
    let borders = SortedValues(
      rising: zip(values, values.dropFirst()).map { ($0 + $1) / 2 }, weights: nil)
    return Tensor(shape: weights.shape) { position in
      let weight = Double(weights.scalars[position])
      var index = borders.first(from: weight)
      if index < borders.values.count, borders.values[index] == weight { index += 1 }
      return codebook[index]
    }
  }

  /// The bytes of n weights of b bits and their codebook: ⌈n·b / 8⌉ + 4 · 2^b.
  public static func byteCount(weights: Int, bits: Int) -> Int {
    LayerQuantization.packedBytes(count: weights, bits: bits) + 4 << max(0, min(bits, 32))
  }

  // MARK: - Clusters

  /// Rising centroids and the runs of numbers nearest to them.
  private struct Clusters {
    let numbers: SortedValues
    var centroids: [Double]

    /// Where each centroid's run begins; the last entry is the end.
    var borders: [Int] {
      var borders = [0]
      for (low, high) in zip(centroids, centroids.dropFirst()) {
        borders.append(numbers.first(from: (low + high) / 2, after: borders[borders.count - 1]))
      }
      return borders + [numbers.values.count]
    }

    var squaredErrors: [Double] {
      let borders = borders
      return centroids.indices.map {
        numbers.squaredError(borders[$0]..<borders[$0 + 1], to: centroids[$0])
      }
    }

    var squaredError: Double { squaredErrors.reduce(0, +) }
  }

  /// k-means++: the first centroid is any weight, each further one a weight drawn with a probability
  /// proportional to its squared distance from the nearest so far.
  private func firstCentroids(
    _ numbers: SortedValues, _ generator: inout SeededGenerator
  ) -> Clusters {
    guard !numbers.values.isEmpty else { return Clusters(numbers: numbers, centroids: []) }
    let first = numbers.values[generator.integer(below: numbers.values.count)]
    var clusters = Clusters(numbers: numbers, centroids: [first])
    while clusters.centroids.count < 1 << bits {
      let errors = clusters.squaredErrors
      let total = errors.reduce(0, +)
      let draw = generator.uniform() * total
      guard total > 0, let next = Self.number(at: draw, clusters, errors),
        !clusters.centroids.contains(next)
      else { break }
      let place = clusters.centroids.firstIndex { $0 > next } ?? clusters.centroids.count
      clusters.centroids.insert(next, at: place)
    }
    return clusters
  }

  /// The number at which the running sum of squared distances passes a bound.
  private static func number(
    at bound: Double, _ clusters: Clusters, _ errors: [Double]
  ) -> Double? {
    var rest = bound
    guard var index = errors.lastIndex(where: { $0 > 0 }) else { return nil }
    for (cluster, error) in errors.enumerated() where error > 0 {
      if rest < error {
        index = cluster
        break
      }
      rest -= error
    }
    let borders = clusters.borders
    let (start, end, level) = (borders[index], borders[index + 1], clusters.centroids[index])
    var (low, high) = (start, end - 1)
    while low < high {
      let middle = (low + high) / 2
      if clusters.numbers.squaredError(start..<middle + 1, to: level) > rest {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return clusters.numbers.values[low]
  }

  /// Lloyd's steps until nothing moves; a centroid without weights stays.
  private func refined(_ first: Clusters, _ numbers: SortedValues) -> Clusters {
    var clusters = first
    for _ in 0..<Self.stepLimit {
      let borders = clusters.borders
      let moved = clusters.centroids.indices.map { index in
        let run = borders[index]..<borders[index + 1]
        return run.isEmpty ? clusters.centroids[index] : numbers.mean(run)
      }
      guard moved != clusters.centroids else { break }
      clusters.centroids = moved
    }
    return clusters
  }
}
