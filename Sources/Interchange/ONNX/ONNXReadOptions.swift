public import Tensors

/// What a reader of an ONNX file knows beyond what the file says.
public struct ONNXReadOptions: Equatable, Sendable {
  /// The shapes of inputs, by name, where the file leaves more open than the batch.
  public var extents: [String: [Int]]
  /// Inputs that are constants: what is computed from them alone is computed at once.
  public var constants: [String: TypedArray]
  /// Whether a first extent of exactly 1 is taken for an example of the batch.
  ///
  /// It concerns inputs and outputs of two or more axes. Off by default: the file may mean what it
  /// says.
  public var freeBatch: Bool
  /// Whether an output that is cast to 16-bit floats is refused instead of being 32-bit floats.
  ///
  /// Off by default: who measures or trains a network has no use for the rounding.
  public var exactOutputs: Bool

  /// Options; without arguments the file alone decides.
  public init(
    extents: [String: [Int]] = [:], constants: [String: TypedArray] = [:], freeBatch: Bool = false,
    exactOutputs: Bool = false
  ) {
    self.extents = extents
    self.constants = constants
    self.freeBatch = freeBatch
    self.exactOutputs = exactOutputs
  }
}
