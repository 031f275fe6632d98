import Foundation
import Tensors

/// Our own operator: weights between two neighbouring levels, by how much their logits say.
///
///     w = scale · factor · (floor + gap · h(V))        h(V) = clip(1.2 · σ(V) − 0.1, 0, 1)
///
/// Inputs: the lower levels `floor`, the logits V of the same shape, the scale and its factor, both one
/// number or one for each index of the attribute `axis`. The attribute `gap` is the distance of
/// neighbouring levels: 1, or 2 for the levels −1 and 1. Logits and factors are trained. With the attribute
/// `hard` each weight stands on the level that its logit is nearer to, 1 in the place of h(V) for V ≥ 0 and 0
/// otherwise, and gradients are those of h.
///
/// Gradients: that of V passes the outer clip as if it were not there, so that weights which have reached
/// a level can leave it again; that of the factor is exact.
///
/// Source: Nagel et al. 2020, "Up or Down? Adaptive Rounding for Post-Training Quantization", equation 23
/// (ζ = 1.1, γ = −0.1); straight through the clip as in EPTQ's code.
struct SoftRound: Operator {
  static let type = "SoftRound"

  private let node: NodeReader
  private let axis: Int
  private let gap: Float
  private let isHard: Bool

  init(_ node: NodeReader) throws(GraphError) {
    for (position, name) in ["floor", "logits", "scale", "factor"].enumerated() {
      try node.require(position, named: name)
    }
    axis = try node.int("axis", default: 0)
    gap = Float(try node.int("gap", default: 1))
    isHard = try node.int("hard", default: 0) != 0
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let floor = try node.shape(inputs, 0, named: "floor")
    let logits = try node.shape(inputs, 1, named: "logits")
    let scale = try node.shape(inputs, 2, named: "scale")
    let factor = try node.shape(inputs, 3, named: "factor")
    let channels = floor.axis(axis).map { floor[$0] }
    guard logits == floor, factor == scale, scale.count == 1 || scale.count == channels else {
      throw node.mismatch(
        expected: "logits of the shape of the levels, and scales and factors for axis \(axis)",
        found: inputs)
    }
    return [floor]
  }

  /// Calls `body` with runs of elements that share a scale and the scale's number; channels at the same
  /// time, the runs of one channel one after the other.
  private func forEachRun(
    of shape: Shape, scales: Int, _ pool: WorkerPool,
    _ body: (_ range: Range<Int>, _ channel: Int) -> Void
  ) {
    guard shape.count > 0 else { return }
    guard scales > 1, let axis = shape.axis(axis) else { return body(0..<shape.count, 0) }
    let run = shape.extents[(axis + 1)...].reduce(1, *)
    pool.run(shards: scales) { channel in
      for row in stride(from: channel, to: shape.count / run, by: scales) {
        body(row * run..<(row + 1) * run, channel)
      }
    }
  }

  func forward(_ call: OperatorCall) {
    guard let floor = call.input(0)?.pointer, let logits = call.input(1)?.pointer,
      let scale = call.input(2), let factor = call.input(3)?.pointer
    else { return }
    let y = call.outputs[0]
    let (gap, isHard) = (gap, isHard)
    forEachRun(of: y.shape, scales: scale.count, call.pool) { range, channel in
      let step = scale.pointer[channel] * factor[channel]
      if isHard {
        for index in range {
          y.pointer[index] = step * (floor[index] + (logits[index] >= 0 ? gap : 0))
        }
        return
      }
      for index in range {
        y.pointer[index] =
          step * (floor[index] + gap * RectifiedSigmoid(logits[index]).value)
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let floor = call.input(0)?.pointer, let logits = call.input(1)?.pointer,
      let scale = call.input(2), let factor = call.input(3)?.pointer
    else { return }
    let outer = call.outputGradients[0].pointer
    let logitGradient = call.inputGradient(1)?.pointer
    let factorGradient = call.inputGradient(3)?.pointer
    let (gap, isHard) = (gap, isHard)
    forEachRun(of: call.outputs[0].shape, scales: scale.count, call.pool) { range, channel in
      let own = scale.pointer[channel]
      let step = own * factor[channel] * gap
      var sum = 0.0
      for index in range {
        let h = RectifiedSigmoid(logits[index])
        let value = isHard ? (logits[index] >= 0 ? 1 : 0) : h.value
        sum += Double(outer[index]) * Double(floor[index] + gap * value)
        logitGradient?[index] += outer[index] * step * h.slope
      }
      factorGradient?[channel] += Float(sum * Double(own))
    }
  }
}

/// h(V) = clip(1.2 · σ(V) − 0.1, 0, 1), which reaches 0 and 1 at finite V.
///
/// Source: Nagel et al. 2020, equation 23.
public struct RectifiedSigmoid {
  /// ζ − γ, by how much the sigmoid is stretched.
  public static let stretch: Float = 1.2
  /// −γ, by how much it is lowered.
  public static let lowered: Float = 0.1
  /// h.
  public let value: Float
  /// The derivative of the stretched sigmoid, which the clip leaves out of account.
  public let slope: Float

  /// h at a logit.
  @inline(__always)
  public init(_ logit: Float) {
    let sigmoid = 1 / (1 + exp(-logit))
    value = min(max(Self.stretch * sigmoid - Self.lowered, 0), 1)
    slope = Self.stretch * sigmoid * (1 - sigmoid)
  }

  /// The logit at which h is a fraction from 0 to 1.
  public static func logit(of fraction: Float) -> Float {
    let sigmoid = (min(max(fraction, 0), 1) + lowered) / stretch
    return log(sigmoid / (1 - sigmoid))
  }
}
