/// What is subtracted from the return of an episode, and what it is divided by.
///
/// Fed with the returns of episodes as they happen, each once: never with what replay happens to
/// draw.
public struct ReturnNormalizer: Codable, Equatable, Sendable {
  /// How many returns went in.
  public private(set) var count = 0
  /// b: what is subtracted.
  public private(set) var mean = 0.0
  private var squares = 0.0

  /// A normaliser that has seen nothing.
  public init() {}

  /// The standard deviation of what went in (n − 1 in the denominator); 1 when it is not known.
  public var standardDeviation: Double {
    guard count > 1, squares > 0 else { return 1 }
    return (squares / Double(count - 1)).squareRoot()
  }

  /// Takes in a return: b ← b + rate·(R − b), beginning with the first return itself.
  public mutating func average(_ value: Double, rate: Double) {
    mean = count == 0 ? value : mean + rate * (value - mean)
    count += 1
  }

  /// Takes in a return with equal weight for all (Welford 1962).
  public mutating func accumulate(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
  }
}
