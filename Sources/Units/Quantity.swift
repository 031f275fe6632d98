/// A number whose unit is its type.
///
/// A quantity is coded as its bare number, so that the unit stands in the name of the field that
/// holds it (`latencySeconds`).
public protocol Quantity: Codable, Comparable, Hashable, Sendable, CustomStringConvertible {
  /// The type of the number: `Double` for what is measured, `Int` for what is counted.
  associatedtype Value: Numeric & Comparable & Codable & Sendable

  /// The number, in the unit that the type names.
  var value: Value { get }

  /// The quantity of a number.
  init(_ value: Value)

  /// Text for people, with three significant digits.
  var formatted: String { get }
}

extension Quantity {
  /// Nothing of it.
  public static var zero: Self { Self(.zero) }

  /// The text for people.
  public var description: String { formatted }

  /// Whether there is less of the left one.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

  /// Reads the bare number.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Value.self))
  }

  /// Writes the bare number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
