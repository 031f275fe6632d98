public import Networks
import Tensors

extension Graph {
  /// Whether a node is a layer whose weights mix channels, so that they can be cut on both sides;
  /// a convolution's groups may each mix their own.
  public func isDenseLayer(_ node: Node) -> Bool { node.hasChannelWeights(in: self) }
}

extension Node {
  /// Whether the node's weights mix channels and can be cut on both sides.
  ///
  /// Depthwise convolutions only follow.
  func hasChannelWeights(in graph: Graph) -> Bool {
    switch operatorType {
    case "Conv":
      guard let weight = graph.initializers[inputs[1]]?.shape else { return false }
      return groupCount == 1 || (weight.rank > 1 && weight[1] > 1)
    case "Gemm", "MatMul":
      return inputs.count > 1 && graph.initializers[inputs[1]] != nil
    default:
      return false
    }
  }

  /// Whether a constant operand has one element, or more, for each channel of the node's output:
  /// constants of arithmetic may be the same for all channels.
  func carriesChannels(_ constant: Shape, _ shapes: [String: Shape]) -> Bool {
    guard ["Add", "Sub", "Mul", "Div"].contains(operatorType) else { return true }
    guard let output = shapes[outputs[0]], output.rank > 1 else { return false }
    let axis = 1 - (output.rank - constant.rank)
    return axis >= 0 && axis < constant.rank && constant[axis] == output[1]
  }
}

/// Which input channel each weight of a layer reads.
struct WeightChannels {
  /// The weights.
  let tensor: Tensor
  private let extent: Int
  private let inner: Int
  /// The weights of one group of a convolution.
  private let perGroup: Int

  /// The weights of a layer, nil when they are not constant.
  init?(_ node: Node, in graph: Graph) {
    guard node.hasChannelWeights(in: graph),
      let tensor = graph.initializers[node.inputs[1]]?.tensor, tensor.shape.rank >= 2
    else { return nil }
    self.tensor = tensor
    let readsRows =
      node.operatorType != "Conv" && (node.attributes["transB"] ?? .int(0)) == .int(0)
    let axis = readsRows ? 0 : 1
    extent = tensor.shape[axis]
    inner = tensor.shape.extents[(axis + 1)...].reduce(1, *)
    perGroup = max(tensor.count / max(node.operatorType == "Conv" ? node.groupCount : 1, 1), 1)
  }

  /// The input channel that the weight at a row-major position reads.
  func input(at position: Int) -> Int {
    position / perGroup * extent + position / inner % extent
  }
}
