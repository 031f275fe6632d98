import Networks

/// Numbers in rising order, each with a weight, and the sums over any run of them: what the error of a
/// quantiser costs a search for each run of numbers that share a level, not for each number.
///
/// Weights are 1 for the weights of a network and counts for the bins of a histogram.
struct SortedValues {
  /// The numbers, rising.
  let values: [Double]
  /// Sums of w, w·x, w·x² and w·x³ over the first numbers: one more entry than there are numbers.
  private let weights: [Double]
  private let sums: [Double]
  private let squares: [Double]
  private let cubes: [Double]

  /// The finite ones of some numbers, each once.
  init(_ scalars: some Collection<Float>) {
    let sorted = scalars.filter(\.isFinite).sorted()
    self.init(rising: sorted.map { Double($0) }, weights: nil)
  }

  /// Numbers that already rise, with their weights.
  init(rising values: [Double], weights given: [Double]?) {
    self.values = values
    var (weight, sum, square, cube) = (0.0, 0.0, 0.0, 0.0)
    var (weights, sums, squares, cubes) = ([0.0], [0.0], [0.0], [0.0])
    weights.reserveCapacity(values.count + 1)
    sums.reserveCapacity(values.count + 1)
    squares.reserveCapacity(values.count + 1)
    cubes.reserveCapacity(values.count + 1)
    for (position, value) in values.enumerated() {
      let own = given?[position] ?? 1
      weight += own
      sum += own * value
      square += own * value * value
      cube += own * value * value * value
      weights.append(weight)
      sums.append(sum)
      squares.append(square)
      cubes.append(cube)
    }
    self.weights = weights
    self.sums = sums
    self.squares = squares
    self.cubes = cubes
  }

  /// The largest magnitude; 0 where there is nothing.
  var largestMagnitude: Double { max(-(values.first ?? 0), values.last ?? 0, 0) }

  /// The weighted mean of the magnitudes; 0 where there is nothing.
  var meanMagnitude: Double {
    let zero = first(from: 0)
    let (all, total) = (sums[values.count], weights[values.count])
    return total > 0 ? (all - 2 * sums[zero]) / total : 0
  }

  /// The position of the first number that is not below a bound, looked for from a position on.
  func first(from bound: Double, after start: Int = 0) -> Int {
    var (low, high) = (start, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The weight of a run.
  func weight(_ run: Range<Int>) -> Double { weights[run.upperBound] - weights[run.lowerBound] }

  /// The weighted mean of a run of positive weight.
  func mean(_ run: Range<Int>) -> Double {
    (sums[run.upperBound] - sums[run.lowerBound]) / weight(run)
  }

  /// Σ w·(x − level)² over a run.
  func squaredError(_ run: Range<Int>, to level: Double) -> Double {
    let square = squares[run.upperBound] - squares[run.lowerBound]
    let sum = sums[run.upperBound] - sums[run.lowerBound]
    return max(0, square - 2 * level * sum + level * level * weight(run))
  }

  /// Σ w·|x − level|³ over a run.
  func cubedError(_ run: Range<Int>, to level: Double) -> Double {
    let middle = min(max(first(from: level), run.lowerBound), run.upperBound)
    // Above the level the cubes are positive, below they are not.
    return max(0, signedCubes(middle..<run.upperBound, level))
      + max(0, -signedCubes(run.lowerBound..<middle, level))
  }

  /// Σ w·(x − level)³ over a run.
  private func signedCubes(_ run: Range<Int>, _ level: Double) -> Double {
    let cube = cubes[run.upperBound] - cubes[run.lowerBound]
    let square = squares[run.upperBound] - squares[run.lowerBound]
    let sum = sums[run.upperBound] - sums[run.lowerBound]
    return cube - 3 * level * square + 3 * level * level * sum
      - level * level * level * weight(run)
  }

  /// Σ w·(x − q(x))² for a linear quantiser; half way the error is the same on either side.
  func squaredError(_ levels: QuantizationLevels, scale: Double) -> Double {
    error(levels, scale: scale) { squaredError($0, to: $1) }
  }

  /// Σ w·|x − q(x)|³ for a linear quantiser.
  func cubedError(_ levels: QuantizationLevels, scale: Double) -> Double {
    error(levels, scale: scale) { cubedError($0, to: $1) }
  }

  private func error(
    _ levels: QuantizationLevels, scale: Double, of part: (Range<Int>, Double) -> Double
  ) -> Double {
    var (error, start) = (0.0, 0)
    let step = levels.isBinary ? 2 : 1
    for level in stride(from: levels.lowest, through: levels.highest, by: step) {
      guard start < values.count else { break }
      let border = (Double(level) + Double(step) / 2) * scale
      let end = level == levels.highest ? values.count : first(from: border, after: start)
      error += part(start..<end, Double(level) * scale)
      start = end
    }
    return error
  }
}
