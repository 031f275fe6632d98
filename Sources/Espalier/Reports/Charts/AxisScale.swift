import Foundation

/// The numbers along an axis: a range with round ends, and ticks in steps of 1, 2 or 5 times a power of ten.
struct AxisScale: Equatable, Sendable {
  /// The number at the beginning.
  let low: Double
  /// The number at the end, above `low`.
  let high: Double
  /// The ticks, ascending, within the range.
  let ticks: [Double]
  /// Between two ticks.
  let step: Double

  /// The scale of some numbers; those that are not finite do not count.
  ///
  /// - Parameters:
  ///   - values: what has to lie within.
  ///   - includingZero: whether 0 has to as well.
  ///   - whole: whether ticks are whole numbers.
  ///   - count: about how many steps there are.
  init(
    _ values: some Sequence<Double>, includingZero: Bool = false, whole: Bool = false,
    count: Int = 5
  ) {
    var least = includingZero ? 0 : Double.infinity
    var most = includingZero ? 0 : -Double.infinity
    for value in values where value.isFinite {
      // Differences of larger numbers would not be finite.
      let value = max(-1e300, min(1e300, value))
      (least, most) = (min(least, value), max(most, value))
    }
    if least > most { (least, most) = (0, 1) }
    if least == most {
      let room = least == 0 ? 1 : least.magnitude * 0.05
      (least, most) = (least - room, most + room)
      if includingZero { least = min(least, 0) }
    }
    let step = Self.roundStep(most - least, count: max(count, 1), whole: whole)
    let first = (least / step + 1e-9).rounded(.down)
    let last = max(first + 1, (most / step - 1e-9).rounded(.up))
    // Where steps are lost in the numbers' own rounding the range itself has to do.
    let isCountable = last - first <= 1000 && first.magnitude < 1e12 && last.magnitude < 1e12
    ticks =
      isCountable ? stride(from: first, through: last, by: 1).map { $0 * step } : [least, most]
    low = ticks.first ?? least
    high = ticks.last ?? most
    self.step = step
  }

  private static func roundStep(_ range: Double, count: Int, whole: Bool) -> Double {
    let rough = range / Double(count)
    let power = pow(10, log10(rough).rounded(.down))
    let step = ([1, 2, 5].first { $0 * power >= rough * (1 - 1e-9) } ?? 10) * power
    return whole ? max(1, step.rounded()) : step
  }

  /// The place of a number: 0 at the beginning, 1 at the end, and no further.
  func part(_ value: Double) -> Double {
    guard value.isFinite else { return value == .infinity ? 1 : 0 }
    return max(0, min(1, (value - low) / (high - low)))
  }

  /// The power of ten that the labels leave to the unit's prefix.
  var exponent: Int {
    let largest = max(low.magnitude, high.magnitude)
    return largest >= 10_000 || largest < 0.01 ? Markup.prefixExponent(largest) : 0
  }

  /// A tick's label, without the prefix.
  func label(_ tick: Double) -> String {
    let scale = pow(10, Double(exponent))
    let places = max(0, min(9, Int((-log10(step / scale) + 1e-9).rounded(.up))))
    return Markup.decimal(tick / scale, places)
  }

  /// A unit with the prefix that the labels leave out; a power of ten where there is no unit.
  func unit(_ unit: String) -> String {
    guard exponent != 0 else { return unit }
    if unit == "%" || unit.isEmpty { return "×10^\(exponent)" + (unit.isEmpty ? "" : " \(unit)") }
    return Markup.unit(unit, exponent: exponent)
  }
}
