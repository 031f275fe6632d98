public import Networks

/// How the elements of a value are spread: exact extremes and a histogram in between.
public struct ActivationHistogram: Hashable, Sendable {
  /// The number of bins.
  public static let binCount = 4096
  /// The smallest element.
  public let minimum: Float
  /// The largest element.
  public let maximum: Float
  /// How many elements lie in each of the equal parts of `minimum...maximum`, zeros left out: every
  /// quantiser keeps them.
  public private(set) var counts = [Int](repeating: 0, count: binCount)
  /// How many elements are 0.
  public private(set) var zeros = 0

  /// A histogram without elements between two finite extremes.
  init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Counts elements, all of which lie between the extremes.
  mutating func add(_ elements: UnsafeBufferPointer<Float>) {
    let range = Double(maximum) - Double(minimum)
    let scale = range > 0 ? Float(Double(Self.binCount) / range) : 0
    let (low, last) = (minimum, Self.binCount - 1)
    var found = 0
    counts.withUnsafeMutableBufferPointer { counts in
      for element in elements {
        if element == 0 {
          found += 1
        } else {
          counts[min(max(Int((element - low) * scale), 0), last)] += 1
        }
      }
    }
    zeros += found
  }

  /// The scale of a quantiser for these elements; 0 where all of them are 0.
  ///
  /// Unsigned where the minimum is 0 or more: see `levels`. Bins stand for their middle, the extremes
  /// for themselves.
  public func scale(_ levels: QuantizationLevels, _ method: ClipMethod) -> Float {
    Float(sorted().scale(levels, method))
  }

  /// The levels that suit the elements: unsigned where none is negative; nil for impossible bits.
  public func levels(bits: Int) -> QuantizationLevels? {
    QuantizationLevels(bits: bits, isSigned: minimum < 0)
  }

  private func sorted() -> SortedValues {
    let (low, high) = (Double(minimum), Double(maximum))
    let width = (high - low) / Double(Self.binCount)
    var values: [Double] = []
    var weights: [Double] = []
    for (bin, count) in counts.enumerated() where count > 0 {
      values.append(low + (Double(bin) + 0.5) * width)
      weights.append(Double(count))
    }
    // One element of either end is known exactly.
    if low != 0 {
      values.insert(low, at: 0)
      weights.insert(1, at: 0)
    }
    if high != 0, high > low {
      values.append(high)
      weights.append(1)
    }
    return SortedValues(rising: values, weights: weights)
  }
}
