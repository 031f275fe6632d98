/// Running sums of ‖Jᵀv‖² for each image, from probe to probe.
struct TraceStatistics {
  private var counts: [Int]
  private var sums: [Double]
  private var squares: [Double]

  /// Nothing known of so many images.
  init(images: Int) {
    counts = [Int](repeating: 0, count: images)
    sums = [Double](repeating: 0, count: images)
    squares = [Double](repeating: 0, count: images)
  }

  /// Adds what a probe gave for an image.
  mutating func add(_ value: Double, image: Int) {
    counts[image] += 1
    sums[image] += value
    squares[image] += value * value
  }

  /// The mean of each image over its probes.
  var imageMeans: [Double] { zip(sums, counts).map { $0 / Double(max($1, 1)) } }

  /// The mean over some images of their means.
  func mean(_ images: Range<Int>) -> Double {
    images.reduce(0.0) { $0 + sums[$1] / Double(max(counts[$1], 1)) }
      / Double(max(images.count, 1))
  }

  /// The standard error of that mean over other draws of the probes, the images staying the same:
  /// √(Σ_n s_n² / K_n) / N with the variance s_n² over the K_n probes of image n.
  func standardError(_ images: Range<Int>) -> Double {
    let variance = images.reduce(0.0) { total, image in
      let count = Double(counts[image])
      guard count > 1 else { return .infinity }
      let mean = sums[image] / count
      let own = max(0, (squares[image] - count * mean * mean) / (count - 1))
      return total + own / count
    }
    return variance.squareRoot() / Double(max(images.count, 1))
  }
}
