import Tensors

/// The mean under each window.
///
/// The divisor is the number of taps on the input or, with `count_include_pad`, on the input and its
/// padding; what `ceil_mode` adds beyond the padding never counts.
struct AveragePool: Operator {
  static let type = "AveragePool"

  private let shape: PoolingShape
  private let countsPadding: Bool

  init(_ node: NodeReader) throws(GraphError) {
    shape = try PoolingShape(node)
    countsPadding = try node.int("count_include_pad", default: 0) != 0
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    [try shape.output(of: inputs)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    PoolingShape.layouts(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0), input.count > 0 else { return }
    let geometry = PoolingGeometry(
      input.shape, layout: input.layout, axes: shape.axes(of: input.shape))
    let channels = geometry.channels
    let shards = geometry.shards
    call.pool.run(shards: shards.parts) { part in
      for plane in shards[part] {
        let source = input.pointer + plane * geometry.inputArea * channels
        let target = call.outputs[0].pointer + plane * geometry.outputArea * channels
        geometry.forEachWindow { window in
          let out = target + window.position * channels
          out.update(repeating: 0, count: channels)
          geometry.forEachTap(of: window) { tap in
            let values = source + tap * channels
            for channel in 0..<channels { out[channel] += values[channel] }
          }
          let factor = weight(of: window)
          for channel in 0..<channels { out[channel] *= factor }
        }
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0), gradient.count > 0 else { return }
    let geometry = PoolingGeometry(
      gradient.shape, layout: gradient.layout, axes: shape.axes(of: gradient.shape))
    let channels = geometry.channels
    let shards = geometry.shards
    call.pool.run(shards: shards.parts) { part in
      for plane in shards[part] {
        let target = gradient.pointer + plane * geometry.inputArea * channels
        let source = call.outputGradients[0].pointer + plane * geometry.outputArea * channels
        geometry.forEachWindow { window in
          let values = source + window.position * channels
          let factor = weight(of: window)
          geometry.forEachTap(of: window) { tap in
            let out = target + tap * channels
            for channel in 0..<channels { out[channel] += factor * values[channel] }
          }
        }
      }
    }
  }

  /// A window in the padding alone has the mean 0.
  private func weight(of window: PoolingGeometry.Window) -> Float {
    1 / Float(max(1, countsPadding ? window.paddedCount : window.count))
  }
}
