import Tensors

/// What a BatchNormalization does in inference: y = scale·x + shift per channel, with
/// scale = γ/√(σ² + ε) and shift = β − μ·scale.
public struct BatchNormalizationAffine: Equatable, Sendable {
  /// γ/√(σ² + ε), one for each channel.
  public let scale: [Float]
  /// β − μ·scale, one for each channel.
  public let shift: [Float]

  /// The affine map of a node, nil when its parameters are not constants of one length.
  public init?(_ node: Node, in graph: Graph) {
    let parameters = node.inputs.dropFirst().compactMap { graph.initializers[$0]?.tensor?.scalars }
    guard parameters.count == 4, Set(parameters.map(\.count)).count == 1 else { return nil }
    var epsilon: Float = 1e-5
    if case .float(let given)? = node.attributes["epsilon"] { epsilon = given }
    let scale = zip(parameters[0], parameters[3]).map { gamma, variance in
      gamma / (variance + epsilon).squareRoot()
    }
    self.scale = scale
    shift = scale.indices.map { parameters[1][$0] - parameters[2][$0] * scale[$0] }
  }

  /// Weight and bias of the convolution that does both, nil when the extents do not fit.
  func folded(into convolution: Node, of graph: Graph) -> (weight: Tensor, bias: Tensor)? {
    guard let weight = graph.initializers[convolution.inputs[1]]?.tensor,
      weight.shape.rank >= 2, weight.shape[0] == scale.count
    else { return nil }
    var bias = [Float](repeating: 0, count: scale.count)
    if convolution.inputs.count > 2, !convolution.inputs[2].isEmpty {
      guard let given = graph.initializers[convolution.inputs[2]]?.tensor,
        given.count == scale.count
      else { return nil }
      bias = given.scalars
    }
    let perOutput = weight.count / max(scale.count, 1)
    let scaled = Tensor(shape: weight.shape) { weight.scalars[$0] * scale[$0 / perOutput] }
    let shifted = Tensor(shape: [scale.count]) { bias[$0] * scale[$0] + shift[$0] }
    return (scaled, shifted)
  }
}

extension Node {
  /// Whether the node normalises by the batch's own statistics wherever it runs.
  public var isTrainingMode: Bool {
    if case .int(let mode)? = attributes["training_mode"] { mode != 0 } else { false }
  }
}
