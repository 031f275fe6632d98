/// What can be wrong with a policy; each names the path of the field at fault.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
  /// A text that is not JSON.
  case notJSON(JSONError)
  /// A file of another version of the format.
  case schemaVersion(expected: Int, found: Int)
  /// A field that is missing, unknown or of another type.
  case field(JSONError)
  /// A field whose value breaks a rule.
  case broken(PolicyRule, path: JSONPath, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .notJSON(let error):
      "the policy cannot be read: \(error)"
    case .schemaVersion(let expected, let found):
      "the policy's schemaVersion is \(found), this program reads \(expected)"
    case .field(let error):
      "the policy does not fit its schema: \(error)"
    case .broken(let rule, let path, let found):
      "the policy's \(path): \(rule.sentence), found \(found)"
    }
  }
}
