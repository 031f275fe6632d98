import Tensors

/// ONNX's DequantizeLinear from uint8, int8 and int32: y = (x − zero point) · scale.
///
/// Scale and zero point are constants, one of each or one for each index of `axis`.
struct DequantizeLinear: Operator {
  static let type = "DequantizeLinear"

  private let node: NodeReader
  private let scales: ChannelScales
  private let integers: IntegerType

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "x")
    self.node = node
    scales = try ChannelScales(
      node, input: 1, named: "x_scale", axis: try node.int("axis", default: 1))
    integers = try IntegerType(node)
    try integers.check(scales, node)
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try node.shape(inputs, 0, named: "x")
    try scales.check(shape)
    return [shape]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    scales.layouts(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let x = call.input(0)?.pointer else { return }
    let y = call.outputs[0].pointer
    scales.forEachRange(of: call.outputs[0].shape, call.pool) { range, channel in
      let scale = scales.scales[channel]
      let zero = Float(integers.zeroPoint(channel))
      for position in range { y[position] = (x[position] - zero) * scale }
    }
  }

  /// dx = dy · scale.
  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0)?.pointer else { return }
    let outer = call.outputGradients[0].pointer
    scales.forEachRange(of: call.outputs[0].shape, call.pool) { range, channel in
      Kernels.scaleAccumulate(
        scales.scales[channel], outer + range.lowerBound, into: gradient + range.lowerBound,
        count: range.count)
    }
  }

  /// The values of a constant.
  static func constant(_ node: ConstantNode) throws -> TypedArray {
    let reader = node.reader
    let scales = try ChannelScales(
      reader, input: 1, named: "x_scale", axis: try reader.int("axis", default: 1))
    let input = try node.input(0)
    guard let numbers = input.integers else { throw node.mistyped([input]) }
    let integers = try IntegerType(reader, default: input.elementType)
    try integers.check(scales, reader)
    try scales.check(input.shape)
    var result = Tensor(shape: input.shape)
    result.scalars.withUnsafeMutableBufferPointer { values in
      scales.forEachRange(of: input.shape, WorkerPool(threads: 1)) { range, channel in
        let zero = integers.zeroPoint(channel)
        for position in range {
          values[position] = Float(numbers[position] &- zero) * scales.scales[channel]
        }
      }
    }
    return TypedArray(result)
  }
}
