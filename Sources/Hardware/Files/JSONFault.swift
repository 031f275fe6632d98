import Foundation

/// What is wrong with a JSON file that could not be read: the place, what belongs there, and what stands there.
enum JSONFault {
  /// The error of a file.
  ///
  /// - Parameters:
  ///   - error: what decoding threw.
  ///   - json: the file's bytes.
  ///   - file: the name that messages give it.
  static func failure(_ error: any Error, in json: Data, file: String) -> HardwareError {
    guard let root = try? JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)
    else {
      return .file(
        name: file, place: "the file", expected: "JSON",
        found: json.isEmpty ? "nothing" : "text that is none")
    }
    let path = path(of: error)
    return .file(
      name: file,
      place: path.isEmpty ? "the file" : "field '\(text(of: path))'",
      expected: expectation(of: error), found: description(of: value(at: path, in: root)))
  }

  private static func path(of error: any Error) -> [any CodingKey] {
    switch error {
    case DecodingError.keyNotFound(let key, let context): context.codingPath + [key]
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.codingPath
    default: []
    }
  }

  private static func text(of path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }

  private static func expectation(of error: any Error) -> String {
    switch error {
    case DecodingError.typeMismatch(let type, _), DecodingError.valueNotFound(let type, _):
      word(for: type)
    case DecodingError.keyNotFound: "a value"
    default: "a value in range"
    }
  }

  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a text"
    case is Device.Value.Type: "a number, a text or a list of whole numbers"
    case is [Any].Type: "a list"
    default: "an object"
    }
  }

  private static func value(at path: [any CodingKey], in root: Any) -> Any? {
    path.reduce(root as Any?) { value, key in
      if let list = value as? [Any] {
        key.intValue.flatMap { list.indices.contains($0) ? list[$0] : nil }
      } else {
        (value as? [String: Any])?[key.stringValue]
      }
    }
  }

  private static func description(of value: Any?) -> String {
    switch value {
    case nil: "nothing"
    case is NSNull: "null"
    case let text as String: "'\(text.prefix(40))'"
    case let number as NSNumber where String(cString: number.objCType) == "c":
      number.boolValue ? "true" : "false"
    case let number as NSNumber: "\(number)"
    case is [Any]: "a list"
    default: "an object"
    }
  }
}
