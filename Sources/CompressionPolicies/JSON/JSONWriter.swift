/// Writes values in their canonical form.
struct JSONWriter {
  let indented: Bool
  private(set) var text = ""

  init(indented: Bool) { self.indented = indented }

  /// Appends a value; the path says where it stands, for errors.
  mutating func write(_ value: JSONValue, at path: JSONPath) throws(JSONError) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .string(let value): write(value)
    case .number(let value):
      guard value.isFinite else { throw .notFinite(path: path, found: value) }
      text += DecimalText.shortest(value)
    case .array(let elements): try write(elements, at: path)
    case .object(let fields): try write(fields, at: path)
    }
  }

  private mutating func write(_ elements: [JSONValue], at path: JSONPath) throws(JSONError) {
    try checkDepth(path)
    let onOneLine = elements.allSatisfy { $0.doubleValue != nil }
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indented && onOneLine ? ", " : "," }
      if !onOneLine { breakLine(path.steps.count + 1) }
      try write(element, at: path.appending(index))
    }
    if !onOneLine { breakLine(path.steps.count) }
    text += "]"
  }

  private mutating func write(
    _ fields: [String: JSONValue], at path: JSONPath
  ) throws(JSONError) {
    try checkDepth(path)
    // UTF-8 sorts as Unicode scalars do.
    let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    text += "{"
    for (index, field) in sorted.enumerated() {
      if index > 0 { text += "," }
      breakLine(path.steps.count + 1)
      write(field.key)
      text += indented ? ": " : ":"
      try write(field.value, at: path.appending(field.key))
    }
    if !fields.isEmpty { breakLine(path.steps.count) }
    text += "}"
  }

  private func checkDepth(_ path: JSONPath) throws(JSONError) {
    guard path.steps.count < CanonicalJSON.depthLimit else {
      throw .unwritableDepth(limit: CanonicalJSON.depthLimit)
    }
  }

  private mutating func breakLine(_ depth: Int) {
    guard indented else { return }
    text += "\n" + String(repeating: "  ", count: depth)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
