/// The durations of one thing done many times, in seconds.
public struct TimeSpread: Equatable, Sendable {
  /// How often it was timed.
  public let count: Int
  /// The one in the middle, which a disturbed pass does not move.
  public let median: Double
  /// The mean.
  public let mean: Double
  /// The standard deviation, √(Σ(x − mean)² / (count − 1)).
  public let deviation: Double

  /// The spread of some durations; all zero for none.
  public init(_ seconds: [Double]) {
    let sorted = seconds.sorted()
    count = sorted.count
    median = count > 0 ? (sorted[(count - 1) / 2] + sorted[count / 2]) / 2 : 0
    let mean = sorted.reduce(0, +) / Double(max(1, count))
    self.mean = mean
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
  }
}
