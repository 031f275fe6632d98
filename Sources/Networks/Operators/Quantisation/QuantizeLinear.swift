import Tensors

/// ONNX's QuantizeLinear to whole numbers of 8 and 4 bits: y = saturate(round(x / scale) + zero point), half to even.
///
/// Scale and zero point are constants, one of each or one for each index of `axis`. The result is carried
/// as floats, like every type. No gradient passes.
struct QuantizeLinear: Operator {
  static let type = "QuantizeLinear"

  private let node: NodeReader
  private let scales: ChannelScales
  private let integers: IntegerType

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "x")
    self.node = node
    scales = try ChannelScales(
      node, input: 1, named: "y_scale", axis: try node.int("axis", default: 1))
    integers = try IntegerType(node)
    try integers.check(scales, node)
    guard integers.type != .int32 else { throw node.unsupported("y_zero_point", "int32") }
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
      let (lowest, highest) = (Float(integers.lowest) - zero, Float(integers.highest) - zero)
      for position in range {
        let raised = max(lowest, x[position] / scale)
        // As the kernels round: between 2^23 and 2^24 floats are whole.
        y[position] = (min(raised, highest) + 0x1.8p23) - 0x1.8p23 + zero
      }
    }
  }

  func backward(_ call: OperatorCall) {}

  /// The numbers of a constant.
  static func constant(_ node: ConstantNode) throws -> TypedArray {
    let reader = node.reader
    let scales = try ChannelScales(
      reader, input: 1, named: "y_scale", axis: try reader.int("axis", default: 1))
    let integers = try IntegerType(reader)
    try integers.check(scales, reader)
    let input = try node.input(0)
    try scales.check(input.shape)
    let values = input.doubles.map { Float($0) }
    var numbers = [Int](repeating: 0, count: values.count)
    numbers.withUnsafeMutableBufferPointer { numbers in
      scales.forEachRange(of: input.shape, WorkerPool(threads: 1)) { range, channel in
        let zero = Float(integers.zeroPoint(channel))
        for position in range {
          let level = (values[position] / scales.scales[channel]).rounded(.toNearestOrEven) + zero
          let cut = min(max(level, Float(integers.lowest)), Float(integers.highest))
          numbers[position] = Int(exactly: cut) ?? 0
        }
      }
    }
    return try TypedArray(shape: input.shape, integers: numbers, elementType: integers.type)
  }
}
