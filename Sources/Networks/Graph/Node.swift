public import Tensors

/// A value that an operator is configured with, under ONNX's attribute types.
public enum Attribute: Equatable, Sendable {
  /// A whole number.
  case int(Int)
  /// A real number.
  case float(Float)
  /// A text.
  case string(String)
  /// A list of whole numbers.
  case ints([Int])
  /// A list of real numbers.
  case floats([Float])
  /// A list of texts.
  case strings([String])
  /// A constant array.
  case array(TypedArray)
}

/// One operation of a graph: ONNX's node.
public struct Node: Equatable, Sendable {
  /// The name, unique in its graph; policies and messages speak of it.
  public var name: String
  /// ONNX's operator type, such as `Conv`.
  public var operatorType: String
  /// The names of the values read, in ONNX's order; empty where an optional input is left out.
  public var inputs: [String]
  /// The names of the values written; empty where an optional output is left out.
  public var outputs: [String]
  /// The attributes by name, with the meaning of `Graph.opset`.
  public var attributes: [String: Attribute]

  /// A node.
  public init(
    name: String, operatorType: String, inputs: [String], outputs: [String],
    attributes: [String: Attribute] = [:]
  ) {
    self.name = name
    self.operatorType = operatorType
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }
}
