import Foundation
import Tensors

/// ONNX Softmax (since opset 13): y = exp(x - max) / Σ exp(x - max) along one axis.
struct Softmax: Operator {
  static let type = "Softmax"
  private let reader: NodeReader
  private let axisNumber: Int

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "input")
    axisNumber = try node.int("axis", default: -1)
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "input")
    _ = try reader.axis(axisNumber, rank: shape.rank)
    return [shape]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    let (x, y) = (input.pointer, call.outputs[0].pointer)
    forEachLine(call) { base, count, step in
      var largest = -Float.infinity
      for index in 0..<count { largest = max(largest, x[base + index * step]) }
      var sum: Float = 0
      for index in 0..<count {
        let power = exp(x[base + index * step] - largest)
        y[base + index * step] = power
        sum += power
      }
      let scale = 1 / sum
      for index in 0..<count { y[base + index * step] *= scale }
    }
  }

  /// Adds dx = y · (dy - Σ dy·y).
  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0)?.pointer else { return }
    let (y, outer) = (call.outputs[0].pointer, call.outputGradients[0].pointer)
    forEachLine(call) { base, count, step in
      var sum: Float = 0
      for index in 0..<count { sum += outer[base + index * step] * y[base + index * step] }
      for index in 0..<count {
        let place = base + index * step
        gradient[place] += y[place] * (outer[place] - sum)
      }
    }
  }

  /// Calls `body` for each line along the axis: its first element, length and step.
  private func forEachLine(
    _ call: OperatorCall, _ body: (Int, Int, Int) -> Void
  ) {
    let output = call.outputs[0]
    guard let axis = output.shape.axis(axisNumber), output.count > 0 else { return }
    let count = output.shape[axis]
    let step = output.strides[axis]
    call.pool.forEachChunk(of: output.count / count, chunk: max(1, WorkerPool.chunk / count)) {
      for line in $0 { body(line / step * step * count + line % step, count, step) }
    }
  }
}
