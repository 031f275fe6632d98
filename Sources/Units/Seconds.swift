/// A duration in seconds.
public struct Seconds: Quantity {
  /// The number of seconds.
  public let value: Double

  /// A duration of so many seconds.
  public init(_ value: Double) { self.value = value }

  /// For example `3.20 ms`.
  public var formatted: String { SignificantDigits.text(value, unit: "s") }
}
