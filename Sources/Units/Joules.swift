/// An energy in joules.
public struct Joules: Quantity {
  /// The number of joules.
  public let value: Double

  /// An energy of so many joules.
  public init(_ value: Double) { self.value = value }

  /// For example `12.5 mJ`.
  public var formatted: String { SignificantDigits.text(value, unit: "J") }
}
