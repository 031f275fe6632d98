// Moving about in a JSON value without errors: what is not there is nil.
extension JSONValue {
  /// The field of an object, nil where there is none or the value is no object.
  ///
  /// Assigning sets or (with nil) removes the field; assigning to what is no object does nothing:
  /// `set(_:at:)` is the way to be told.
  public subscript(key: String) -> JSONValue? {
    get { objectValue?[key] }
    set {
      guard case .object(var fields) = self else { return }
      self = .null  // gives up the storage, so that the change is made in place
      fields[key] = newValue
      self = .object(fields)
    }
  }

  /// The element of an array, nil where there is none or the value is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// Puts a value at a path, making the objects on the way that are missing.
  /// - Throws: `JSONError.wrongType` where the path runs through something that has no such parts,
  ///   `JSONError.missing` where an array has no such element.
  public mutating func set(_ new: JSONValue, at path: JSONPath) throws(JSONError) {
    try set(new, at: path, depth: 0)
  }

  private mutating func set(
    _ new: JSONValue, at path: JSONPath, depth: Int
  ) throws(JSONError) {
    guard depth < path.steps.count else {
      self = new
      return
    }
    let here = JSONPath(Array(path.steps.prefix(depth)))
    switch path.steps[depth] {
    case .key(let key):
      guard case .object(var fields) = self else {
        throw .wrongType(path: here, expected: "an object", found: kind)
      }
      if fields[key] == nil, case .index = path.steps.dropFirst(depth + 1).first {
        throw .missing(path: here.appending(key))
      }
      var child = fields[key] ?? .object([:])
      try child.set(new, at: path, depth: depth + 1)
      fields[key] = child
      self = .object(fields)
    case .index(let index):
      guard case .array(var elements) = self else {
        throw .wrongType(path: here, expected: "an array", found: kind)
      }
      guard elements.indices.contains(index) else { throw .missing(path: here.appending(index)) }
      try elements[index].set(new, at: path, depth: depth + 1)
      self = .array(elements)
    }
  }
}
