public import Networks

/// What an ONNX file holds.
public struct ONNXModel: Equatable, Sendable {
  /// The network, with the meaning of `Graph.opset` whatever the file's operator set was.
  public var graph: Graph
  /// The operator set that the file was written for.
  public var opset: Int
  /// The version of the file format.
  public var irVersion: Int
  /// The program that wrote the file, empty where the file does not say.
  public var producer: String
}
