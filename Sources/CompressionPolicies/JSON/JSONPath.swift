/// Where a value stands in a JSON document, as in `layers[3].keptInputIndices`.
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
  /// One step from a value into one of its parts.
  public enum Step: Hashable, Sendable {
    /// To a field of an object.
    case key(String)
    /// To an element of an array, counted from 0.
    case index(Int)
  }

  /// The steps from the top of the document.
  public private(set) var steps: [Step]

  /// The path of some steps; none lead to the top of the document.
  public init(_ steps: [Step] = []) { self.steps = steps }

  /// The path that a text such as `search.exploration[0].sigma` names.
  ///
  /// Keys end at `.` and `[`; keys that hold these characters themselves cannot be written so.
  /// - Throws: `JSONError.badPath`.
  public init(parsing text: String) throws(JSONError) {
    steps = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let key = pieces.first, !key.isEmpty, !key.contains("]") else {
        throw .badPath(text)
      }
      steps.append(.key(String(key)))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else {
          throw .badPath(text)
        }
        steps.append(.index(index))
      }
    }
  }

  /// The path of a field of the object here.
  public func appending(_ key: String) -> JSONPath { JSONPath(steps + [.key(key)]) }

  /// The path of an element of the array here.
  public func appending(_ index: Int) -> JSONPath { JSONPath(steps + [.index(index)]) }

  /// The path as text.
  public var description: String {
    guard !steps.isEmpty else { return "top level" }
    var text = ""
    for step in steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      }
    }
    return text
  }
}
