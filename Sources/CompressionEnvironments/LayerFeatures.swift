public import Networks
public import Tensors

/// What AMC's state says of a layer before anything is decided.
public struct LayerFeatures: Equatable, Sendable {
  /// Output channels n.
  public let outputChannels: Int
  /// Input channels c.
  public let inputChannels: Int
  /// Input height h.
  public let height: Int
  /// Input width w.
  public let width: Int
  /// The stride along the rows; 0 for a dense layer.
  public let stride: Int
  /// The kernel's height; 1 for a dense layer.
  public let kernel: Int
  /// Multiply-accumulates of the layer.
  public let macs: Int
  /// The number of its weights.
  public let weights: Int
  /// Whether every channel is convolved on its own.
  public let isDepthwise: Bool
  /// The pixels of the image that comes in.
  public var inputPixels: Int { height * width }

  /// Reads a layer.
  public init(_ node: Node, graph: Graph, shapes: [String: Shape], macs: Int) {
    let input = shapes[node.inputs[0]] ?? []
    let weight = graph.initializers[node.inputs[1]]?.shape ?? []
    let isImage = input.rank == 4
    outputChannels = shapes[node.outputs[0]].map { $0.rank > 1 ? $0[1] : 1 } ?? 1
    inputChannels = input.rank > 1 ? input[1] : 1
    height = isImage ? input[2] : 1
    width = isImage ? input[3] : 1
    kernel = weight.rank == 4 ? weight[2] : 1
    self.macs = macs
    weights = weight.count
    isDepthwise =
      node.operatorType == "Conv" && inputChannels > 1 && weight.rank == 4 && weight[1] == 1
    if case .ints(let strides)? = node.attributes["strides"], let first = strides.first {
      stride = first
    } else {
      stride = isImage ? 1 : 0
    }
  }
}
