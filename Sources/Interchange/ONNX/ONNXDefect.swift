public import Networks

/// What keeps a model from being read from, or written as, ONNX.
public enum ONNXDefect: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bytes are no ONNX model, or they were cut off or damaged.
  case undecodable(reason: String)
  /// An operator set that is too old or unknown.
  case opset(found: Int, oldest: Int, newest: Int)
  /// A part of the format that Espalier does not read.
  case unsupportedFeature(String)
  /// A constant that contradicts itself or has a type that we lack.
  case tensor(name: String, reason: String)
  /// A declared input or output that cannot be used.
  case value(name: String, reason: String)
  /// An extent of an input that the file leaves open and nobody gave.
  case dynamicExtent(input: String, axis: Int, symbol: String)
  /// An extent that was given for an input and does not fit the file.
  case extentMismatch(input: String, expected: String, found: String)
  /// A node that cannot be taken as it is.
  case node(name: String, type: String, reason: String)
  /// Operators that Espalier does not have; `others` counts the types besides the one named.
  case unknownOperator(node: String, type: String, others: Int)
  /// An operator whose definition in the file's operator set is not the one we have.
  case definition(node: String, type: String, opset: Int, reason: String)
  /// A value that is read and that nothing writes.
  case unwrittenValue(name: String, reader: String)
  /// A value that is written twice.
  case duplicateValue(String)
  /// Nodes that wait for each other.
  case cycle(node: String, value: String)
  /// What the graph itself finds wrong with it.
  case graph(GraphError)

  /// One clause for the user, to stand after the file's name.
  public var description: String {
    switch self {
    case .undecodable(let reason):
      "not an ONNX model, or a truncated or damaged one (\(reason))"
    case .opset(let found, let oldest, let newest):
      "the operator set \(found) is not supported; \(oldest) to \(newest) are"
    case .unsupportedFeature(let feature):
      "\(feature) not supported"
    case .tensor(let name, let reason):
      "tensor '\(name)' \(reason)"
    case .value(let name, let reason):
      "'\(name)' \(reason)"
    case .dynamicExtent(let input, let axis, let symbol):
      "the dynamic extent \(symbol.isEmpty ? "" : "'\(symbol)' ")of axis \(axis) of input "
        + "'\(input)' is not known; its shape must be given"
    case .extentMismatch(let input, let expected, let found):
      "input '\(input)' has the shape \(expected), \(found) was given"
    case .node(let name, let type, let reason):
      "node '\(name)' (\(type)) \(reason)"
    case .unknownOperator(let node, let type, let others):
      "node '\(node)': the operator \(type) is not supported"
        + (others == 0
          ? "" : ", nor \(others == 1 ? "is 1 other" : "are \(others) others") of the model")
    case .definition(let node, let type, let opset, let reason):
      "node '\(node)': \(type) as operator set \(opset) defines it is not supported: \(reason)"
    case .unwrittenValue(let name, let reader):
      "\(reader) reads '\(name)', which nothing writes"
    case .duplicateValue(let name):
      "the value '\(name)' is written twice"
    case .cycle(let node, let value):
      "node '\(node)' reads '\(value)', which depends on the node itself: the graph has a cycle"
    case .graph(let error):
      error.description
    }
  }
}
