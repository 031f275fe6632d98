/// What can be wrong with a graph or with what is fed to it.
public enum GraphError: Error, Equatable, CustomStringConvertible {
  /// An operator type that no operator of ours implements.
  case unknownOperator(node: String, type: String)
  /// An attribute whose value we lack.
  case unsupportedAttribute(node: String, type: String, attribute: String, found: String)
  /// An attribute that must be there and is not, or has another type.
  case missingAttribute(node: String, type: String, attribute: String)
  /// An input that must be there and is not, or must be a constant and is not.
  case missingInput(node: String, type: String, input: String)
  /// Input shapes that the operator cannot take together.
  case shapeMismatch(node: String, type: String, expected: String, found: String)
  /// A constant input that is known but for the batch, where it must be the same for all batches.
  case batchDependent(node: String, type: String, input: String)
  /// A node that reads a value nobody writes before it.
  case unknownValue(node: String, value: String)
  /// Two nodes or two values of one name.
  case duplicateName(String)
  /// Something fed under a name that is no input, or an input that was not fed.
  case input(name: String, expected: String, found: String)
  /// Something asked for that the graph does not compute.
  case unknownOutput(String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unknownOperator(let node, let type):
      "node '\(node)': the operator \(type) is not supported"
    case .unsupportedAttribute(let node, let type, let attribute, let found):
      "node '\(node)' (\(type)): attribute '\(attribute)' = \(found) is not supported"
    case .missingAttribute(let node, let type, let attribute):
      "node '\(node)' (\(type)): attribute '\(attribute)' is missing or of another type"
    case .missingInput(let node, let type, let input):
      "node '\(node)' (\(type)): input '\(input)' is missing or not a constant"
    case .shapeMismatch(let node, let type, let expected, let found):
      "node '\(node)' (\(type)): expected \(expected), found \(found)"
    case .batchDependent(let node, let type, let input):
      "node '\(node)' (\(type)): '\(input)' depends on the batch, which is not supported here"
    case .unknownValue(let node, let value):
      "node '\(node)' reads '\(value)', which nothing before it writes"
    case .duplicateName(let name):
      "the name '\(name)' is used twice"
    case .input(let name, let expected, let found):
      "input '\(name)': expected \(expected), found \(found)"
    case .unknownOutput(let name):
      "the graph has no value '\(name)'"
    }
  }
}
