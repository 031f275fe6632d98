public import Hardware
public import Units

/// A layer of a network as hardware sees it.
///
/// Layers are the nodes that are left when the engine has fused the graph for inference: a normalisation,
/// addition or activation that runs inside a convolution is a part of it, and one that does not is a layer
/// of its own without multiply-accumulates. What only renames elements (Reshape, Flatten …) is none.
public struct NetworkLayer: Hashable, Sendable {
  /// The ONNX node's name, which policies use, and the work.
  public let work: LayerWorkload
  /// The ONNX operator.
  public let operatorType: String
  /// How many trained weights there are, without biases; none in a product of two computed matrices.
  public let weights: Int

  /// The ONNX node's name.
  public var name: String { work.name }
  /// The work.
  public var workload: Workload { work.workload }

  /// The bytes of the weights, packed without gaps: ⌈weights · bits / 8⌉.
  public func weightBytes(at bits: BitWidth) -> ByteCount {
    ByteCount(elements: weights, width: bits)
  }

  /// MACs · weight bits · activation bits.
  public func bitOperations(at bits: LayerBits) -> OperationCount {
    OperationCount(workload.macs) * bits.weights.value * bits.activations.value
  }
}
