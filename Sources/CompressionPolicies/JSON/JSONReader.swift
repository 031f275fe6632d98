/// A JSON value that knows where it stands, so that an error about it names its path.
///
///     let layer = try JSONReader(document).elements(at: "layers")[3]
///     try layer.int(at: "inputChannels")  // layers[3].inputChannels: expected an integer, …
public struct JSONReader: Sendable {
  /// The value here.
  public let value: JSONValue
  /// Where it stands in its document.
  public let path: JSONPath

  /// A reader of a value, by default a whole document.
  public init(_ value: JSONValue, path: JSONPath = JSONPath()) {
    self.value = value
    self.path = path
  }

  /// The field of the object here, nil where there is none.
  public subscript(key: String) -> JSONReader? {
    value[key].map { JSONReader($0, path: path.appending(key)) }
  }

  /// The error that the value here is of another type.
  public func wrongType(expected: String) -> JSONError {
    .wrongType(path: path, expected: expected, found: value.kind)
  }

  /// The fields of the object here.
  public func fields() throws(JSONError) -> [String: JSONValue] {
    guard let fields = value.objectValue else { throw wrongType(expected: "an object") }
    return fields
  }

  /// The elements of the array here.
  public func elements() throws(JSONError) -> [JSONReader] {
    guard let elements = value.arrayValue else { throw wrongType(expected: "an array") }
    return elements.enumerated().map { JSONReader($1, path: path.appending($0)) }
  }

  /// The value here, as one of our types.
  public func read<T: JSONRepresentable>(as type: T.Type = T.self) throws(JSONError) -> T {
    try T(self)
  }

  /// A field that must be there, as a reader.
  public func child(at key: String) throws(JSONError) -> JSONReader {
    guard let field = try fields()[key] else { throw .missing(path: path.appending(key)) }
    return JSONReader(field, path: path.appending(key))
  }

  /// A field that must be there, as one of our types.
  public func read<T: JSONRepresentable>(
    _ key: String, as type: T.Type = T.self
  ) throws(JSONError) -> T {
    try T(child(at: key))
  }

  /// A field that may be left out, as one of our types; `null` is not the same as left out.
  public func readIfPresent<T: JSONRepresentable>(
    _ key: String, as type: T.Type = T.self
  ) throws(JSONError) -> T? {
    guard try fields()[key] != nil else { return nil }
    return try read(key)
  }

  /// Refuses an object with fields of other names than these, which are likely misspelt.
  public func refuseFields(otherThan known: [String]) throws(JSONError) {
    let unknown = try fields().keys.filter { !known.contains($0) }
    if let first = unknown.min() {
      throw .unknownField(path: path.appending(first), near: first.nearest(among: known))
    }
  }
}

// Fields of the plain types by their name.
extension JSONReader {
  /// An integer field.
  public func int(at key: String) throws(JSONError) -> Int { try read(key) }
  /// A number field; an integer is one, too.
  public func double(at key: String) throws(JSONError) -> Double { try read(key) }
  /// A truth-value field.
  public func bool(at key: String) throws(JSONError) -> Bool { try read(key) }
  /// A text field.
  public func string(at key: String) throws(JSONError) -> String { try read(key) }
  /// A field that is a list of integers.
  public func ints(at key: String) throws(JSONError) -> [Int] { try read(key) }
  /// A field that is a list of numbers.
  public func doubles(at key: String) throws(JSONError) -> [Double] { try read(key) }
  /// A field that is a list of texts.
  public func strings(at key: String) throws(JSONError) -> [String] { try read(key) }
  /// The elements of a field that is a list.
  public func elements(at key: String) throws(JSONError) -> [JSONReader] {
    try child(at: key).elements()
  }
}

// The same from a value that is a document of its own.
extension JSONValue {
  /// An integer field.
  public func int(at key: String) throws(JSONError) -> Int { try JSONReader(self).read(key) }
  /// A number field; an integer is one, too.
  public func double(at key: String) throws(JSONError) -> Double { try JSONReader(self).read(key) }
  /// A truth-value field.
  public func bool(at key: String) throws(JSONError) -> Bool { try JSONReader(self).read(key) }
  /// A text field.
  public func string(at key: String) throws(JSONError) -> String { try JSONReader(self).read(key) }
  /// A field that is a list of integers.
  public func ints(at key: String) throws(JSONError) -> [Int] { try JSONReader(self).read(key) }
  /// A field that is a list of numbers.
  public func doubles(at key: String) throws(JSONError) -> [Double] {
    try JSONReader(self).read(key)
  }
  /// A field that is a list of texts.
  public func strings(at key: String) throws(JSONError) -> [String] {
    try JSONReader(self).read(key)
  }
  /// The elements of a field that is a list.
  public func elements(at key: String) throws(JSONError) -> [JSONReader] {
    try JSONReader(self).elements(at: key)
  }
  /// A field that must be there, as a reader that knows its path.
  public func child(at key: String) throws(JSONError) -> JSONReader {
    try JSONReader(self).child(at: key)
  }
}
