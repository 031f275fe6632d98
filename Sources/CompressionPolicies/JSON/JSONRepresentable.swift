import Units

/// A type that has a form in JSON.
public protocol JSONRepresentable {
  /// Reads the form.
  /// - Throws: `JSONError` with the path of what does not fit.
  init(_ reader: JSONReader) throws(JSONError)

  /// The form.
  var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
  /// The value itself.
  public init(_ reader: JSONReader) throws(JSONError) { self = reader.value }
  /// The value itself.
  public var json: JSONValue { self }
}

extension Int: JSONRepresentable {
  /// An integer, also written as a number without a fraction.
  public init(_ reader: JSONReader) throws(JSONError) {
    guard let value = reader.value.intValue else { throw reader.wrongType(expected: "an integer") }
    self = value
  }
  /// An integer.
  public var json: JSONValue { .integer(self) }
}

extension Double: JSONRepresentable {
  /// A number.
  public init(_ reader: JSONReader) throws(JSONError) {
    guard let value = reader.value.doubleValue else { throw reader.wrongType(expected: "a number") }
    self = value
  }
  /// A number.
  public var json: JSONValue { .number(self) }
}

extension Bool: JSONRepresentable {
  /// A truth value.
  public init(_ reader: JSONReader) throws(JSONError) {
    guard let value = reader.value.boolValue else {
      throw reader.wrongType(expected: "a truth value")
    }
    self = value
  }
  /// A truth value.
  public var json: JSONValue { .bool(self) }
}

extension String: JSONRepresentable {
  /// A text.
  public init(_ reader: JSONReader) throws(JSONError) {
    guard let value = reader.value.stringValue else { throw reader.wrongType(expected: "a string") }
    self = value
  }
  /// A text.
  public var json: JSONValue { .string(self) }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
  /// A list.
  public init(_ reader: JSONReader) throws(JSONError) {
    self = []
    for element in try reader.elements() { append(try Element(element)) }
  }
  /// A list.
  public var json: JSONValue { .array(map(\.json)) }
}

extension JSONRepresentable where Self: Quantity, Self.Value: JSONRepresentable {
  /// The bare number.
  public init(_ reader: JSONReader) throws(JSONError) { self.init(try Value(reader)) }
  /// The bare number.
  public var json: JSONValue { value.json }
}

extension Seconds: JSONRepresentable {}
extension Joules: JSONRepresentable {}
extension ByteCount: JSONRepresentable {}
extension BitWidth: JSONRepresentable {}
extension OperationCount: JSONRepresentable {}
