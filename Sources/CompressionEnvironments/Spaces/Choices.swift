/// The numbers that a decision may take, ascending.
public enum Choices: Equatable, Sendable {
  /// These, at least one: channels, bits.
  case listed([Int])
  /// Every number of a range; an agent moves on the multiples of a step and reaches the others where a
  /// limit says so: single weights. The cost of a candidate rises with such a number.
  case counted(ClosedRange<Int>, step: Int)

  /// The smallest.
  public var least: Int {
    switch self {
    case .listed(let numbers): numbers[0]
    case .counted(let range, _): range.lowerBound
    }
  }

  /// The largest.
  public var most: Int {
    switch self {
    case .listed(let numbers): numbers[numbers.count - 1]
    case .counted(let range, _): range.upperBound
    }
  }

  /// Whether a number may be chosen.
  public func contains(_ number: Int) -> Bool {
    switch self {
    case .listed(let numbers): numbers.contains(number)
    case .counted(let range, _): range.contains(number)
    }
  }

  /// The largest that is no more than a number; the least where there is none.
  func choice(upTo number: Int) -> Int {
    switch self {
    case .listed(let numbers): numbers.last { $0 <= number } ?? least
    case .counted(let range, _): min(max(number, range.lowerBound), range.upperBound)
    }
  }

  /// The next smaller one.
  func next(below number: Int) -> Int? {
    switch self {
    case .listed(let numbers): return numbers.last { $0 < number }
    case .counted(let range, let step):
      guard number > range.lowerBound else { return nil }
      return max((number - 1) / step * step, range.lowerBound)
    }
  }

  /// The next larger one.
  func next(above number: Int) -> Int? {
    switch self {
    case .listed(let numbers): return numbers.first { $0 > number }
    case .counted(let range, let step):
      guard number < range.upperBound else { return nil }
      return min((number / step + 1) * step, range.upperBound)
    }
  }

  /// The one within bounds that is nearest to a wanted number; of two that are as near, the even
  /// number, as rounding half to even would have it.
  func choice(nearest wanted: Double, in bounds: ClosedRange<Int>) -> Int {
    let open: [Int]
    switch self {
    case .listed(let numbers): open = numbers.filter(bounds.contains)
    case .counted(_, let step):
      let below = Int(wanted) / step * step
      open = [bounds.lowerBound, below, below + step, bounds.upperBound].filter(bounds.contains)
    }
    return open.min { a, b in
      let (nearA, nearB) = (abs(Double(a) - wanted), abs(Double(b) - wanted))
      return nearA != nearB ? nearA < nearB : a % 2 < b % 2
    } ?? bounds.lowerBound
  }

  /// The largest that fits, whatever smaller ones do; nil when none does.
  func largest(where fits: (Int) -> Bool) -> Int? {
    switch self {
    case .listed(let numbers): return numbers.last(where: fits)
    case .counted(let range, _):
      guard fits(range.lowerBound) else { return nil }
      return Self.last(from: range.lowerBound, to: range.upperBound, where: fits)
    }
  }

  /// The last that is reached from a number upwards as long as each next one fits.
  func climb(from number: Int, upTo most: Int, while fits: (Int) -> Bool) -> Int {
    switch self {
    case .listed:
      var number = number
      while let next = next(above: number), next <= most, fits(next) { number = next }
      return number
    case .counted(let range, _):
      return Self.last(from: number, to: min(most, range.upperBound), where: fits)
    }
  }

  /// Bisects: `low` counts as fitting, and what is above one that does not fit does not either.
  private static func last(from low: Int, to high: Int, where fits: (Int) -> Bool) -> Int {
    var (low, high) = (low, max(low, high))
    while low < high {
      let middle = low + (high - low + 1) / 2
      if fits(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
