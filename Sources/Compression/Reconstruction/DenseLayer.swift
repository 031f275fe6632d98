import Networks
import Tensors

/// A layer whose weights mix channels, read as a linear map from patches to outputs: what
/// reconstruction solves for.
///
/// A patch has `channels · area` features, channel by channel, and one more that is always 1 and
/// carries the bias; `area` is the kernel's pixels, or for a dense layer after flattening the pixels
/// of one channel.
struct DenseLayer {
  /// The node's index in the graph.
  let index: Int
  let name: String
  let input: String
  let channels: Int
  let area: Int
  let outputs: Int
  /// A convolution's window; nil for a matrix product.
  let window: Window?
  /// The BatchNormalization behind the node, which reconstruction sees as part of the layer.
  let normalization: Int?
  /// The value that should be as in the original network: the sum on a residual branch, the
  /// pre-activation elsewhere.
  let target: String
  /// What is added to the layer's own output to give `target`, if anything.
  let addend: String?

  /// How a convolution's kernel moves.
  struct Window {
    let kernel: (height: Int, width: Int)
    let stride: (y: Int, x: Int)
    let dilation: (y: Int, x: Int)
    let pad: (top: Int, left: Int)
  }

  /// The features of a patch, the constant one included.
  var features: Int { channels * area + 1 }

  /// Reads a node; nil when it is not a layer that reconstruction can solve for.
  init?(_ index: Int, of graph: Graph, shapes: [String: Shape]) {
    let node = graph.nodes[index]
    guard node.hasChannelWeights(in: graph), let input = shapes[node.inputs[0]],
      let output = shapes[node.outputs[0]], let weight = graph.initializers[node.inputs[1]]?.shape
    else { return nil }
    self.index = index
    name = node.name
    self.input = node.inputs[0]
    outputs = output[1]
    switch node.operatorType {
    case "Conv":
      guard node.groupCount == 1,
        let window = Window(node, weight: weight, input: input, output: output)
      else { return nil }
      self.window = window
      channels = input[1]
      area = window.kernel.height * window.kernel.width
    case "Gemm":
      guard node.isPlainProduct else { return nil }
      window = nil
      channels = input[1]
      area = 1
    default:
      return nil
    }
    let chain = OutputChain(of: node.outputs[0], in: graph, shapes: shapes)
    normalization = chain.normalization
    target = chain.target
    addend = chain.addend
  }
}

extension DenseLayer.Window {
  fileprivate init?(_ node: Node, weight: Shape, input: Shape, output: Shape) {
    func pair(_ name: String) -> (Int, Int) {
      if case .ints(let given)? = node.attributes[name], given.count == 2 {
        return (given[0], given[1])
      }
      return (1, 1)
    }
    guard weight.rank == 4, input.rank == 4 else { return nil }
    kernel = (weight[2], weight[3])
    stride = pair("strides")
    dilation = pair("dilations")
    var top = 0
    var left = 0
    var automatic = "NOTSET"
    if case .string(let given)? = node.attributes["auto_pad"], !given.isEmpty { automatic = given }
    if automatic == "NOTSET" {
      if case .ints(let pads)? = node.attributes["pads"], pads.count == 4 {
        (top, left) = (pads[0], pads[1])
      }
    } else if automatic != "VALID" {
      let missingY = max(
        0, (output[2] - 1) * stride.y + (kernel.height - 1) * dilation.y + 1 - input[2])
      let missingX = max(
        0, (output[3] - 1) * stride.x + (kernel.width - 1) * dilation.x + 1 - input[3])
      let isLower = automatic == "SAME_LOWER"
      top = isLower ? (missingY + 1) / 2 : missingY / 2
      left = isLower ? (missingX + 1) / 2 : missingX / 2
    }
    pad = (top, left)
  }
}

extension Node {
  /// Whether a Gemm is y = x·Wᵀ + b with W stored as outputs × inputs.
  fileprivate var isPlainProduct: Bool {
    attributes["transA"] ?? .int(0) == .int(0) && attributes["transB"] == .int(1)
      && attributes["alpha"] ?? .float(1) == .float(1)
      && attributes["beta"] ?? .float(1) == .float(1)
  }
}

/// What follows a layer's output before anything that is not affine.
private struct OutputChain {
  var normalization: Int?
  var target: String
  var addend: String?

  init(of output: String, in graph: Graph, shapes: [String: Shape]) {
    target = output
    let requested = Set(graph.outputs.map(\.name))
    func soleReader(_ value: String) -> Int? {
      let readers = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(value) }
      return readers.count == 1 && !requested.contains(value) ? readers[0] : nil
    }
    if let next = soleReader(target), graph.nodes[next].operatorType == "BatchNormalization",
      !graph.nodes[next].isTrainingMode,
      BatchNormalizationAffine(graph.nodes[next], in: graph) != nil
    {
      normalization = next
      target = graph.nodes[next].outputs[0]
    }
    guard let next = soleReader(target), graph.nodes[next].operatorType == "Add",
      let other = graph.nodes[next].inputs.first(where: { $0 != target }),
      graph.initializers[other] == nil, shapes[other] == shapes[target]
    else { return }
    addend = other
    target = graph.nodes[next].outputs[0]
  }
}
