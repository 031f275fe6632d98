import Foundation

/// The plane of a roofline chart: whole decades on both axes, mapped to places in the drawing.
struct LogPlane {
  static let width = 960.0
  static let height = 600.0
  static let left = 84.0
  static let right = 932.0
  static let top = 76.0
  static let bottom = 536.0

  /// The decades with a line, from left to right.
  let decadesAcross: ClosedRange<Int>
  /// The decades with a line, from below.
  let decadesUp: ClosedRange<Int>

  init(_ chart: RooflineChart) {
    let ridges = chart.roofs.map { $0.peak / chart.bandwidth }
    decadesAcross = Self.decades(chart.points.map(\.intensity) + ridges)
    decadesUp = Self.decades(chart.points.map(\.attained) + chart.roofs.map { $0.peak * 1.3 })
  }

  /// The intensity at the left end.
  var least: Double { pow(10, Double(decadesAcross.lowerBound)) }
  /// The intensity at the right end.
  var most: Double { pow(10, Double(decadesAcross.upperBound)) }

  func x(_ intensity: Double) -> Double {
    Self.place(intensity, in: decadesAcross, from: Self.left, to: Self.right)
  }

  func y(_ attained: Double) -> Double {
    Self.place(attained, in: decadesUp, from: Self.bottom, to: Self.top)
  }

  private static func place(
    _ value: Double, in decades: ClosedRange<Int>, from: Double, to: Double
  ) -> Double {
    let span = Double(decades.upperBound - decades.lowerBound)
    let part = (log10(value) - Double(decades.lowerBound)) / span
    return from + min(1, max(0, part)) * (to - from)
  }

  /// The decades around some values, at least one.
  private static func decades(_ values: [Double]) -> ClosedRange<Int> {
    let logarithms = values.filter { $0 > 0 && $0.isFinite }.map(log10)
    let first = Int((logarithms.min() ?? 0).rounded(.down))
    let last = Int((logarithms.max() ?? 1).rounded(.up))
    return first...max(first + 1, last)
  }
}
