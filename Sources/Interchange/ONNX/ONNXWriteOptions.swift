/// How a network is written as ONNX.
public struct ONNXWriteOptions: Equatable, Sendable {
  /// The operator set, at least 13; nil takes `Graph.opset`.
  ///
  /// A node that only a later one knows raises it. From 21 on whole numbers of at most four bits are packed,
  /// two in a byte.
  public var opset: Int?
  /// Whether weights with few different values are written as numbers into a codebook.
  public var codebooks: Bool

  /// Options; without arguments files are written as ever.
  public init(opset: Int? = nil, codebooks: Bool = false) {
    self.opset = opset
    self.codebooks = codebooks
  }

  /// The operator sets that can be asked for.
  public static let opsets = 13...21

  /// Whether whole numbers of four bits have a type of their own.
  var packsFourBits: Bool { (opset ?? 0) >= 21 }
  /// Whether zero points and axes are written even where ONNX has defaults.
  var isExplicit: Bool { opset != nil }
}
