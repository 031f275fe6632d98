/// What can be wrong with a request for a built-in network.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// A name that no builder has.
  case unknownModel(String, known: [String])
  /// A parameter out of its range.
  case parameter(model: String, name: String, expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unknownModel(let name, let known):
      "there is no built-in network '\(name)'; there are \(known.joined(separator: ", "))"
    case .parameter(let model, let name, let expected, let found):
      "network \(model), \(name): expected \(expected), found \(found)"
    }
  }
}
