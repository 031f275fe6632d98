import Tensors

/// The whole numbers of ONNX's QuantizeLinear and DequantizeLinear, with the zero points.
struct IntegerType {
  /// The smallest number of the type.
  let lowest: Int
  /// The largest number of the type.
  let highest: Int
  /// The type.
  let type: ElementType
  private let zeroPoints: [Int]

  /// Reads the zero points, and refuses what no type of 8 or 4 bits can say.
  ///
  /// - Throws: `GraphError` that names the attribute or input.
  init(_ node: NodeReader, default type: ElementType = .uint8) throws(GraphError) {
    let block = try node.int("block_size", default: 0)
    guard block == 0 else { throw node.unsupported("block_size", "\(block)") }
    var found = type
    switch try node.int("output_dtype", default: 0) {
    case 0, 1: break
    case 2: found = .uint8
    case 3: found = .int8
    case 21: found = .uint4
    case 22: found = .int4
    case let other: throw node.unsupported("output_dtype", "\(other)")
    }
    var zeroPoints = [0]
    if node.hasInput(2) {
      guard let constant = node.constant(2), let integers = constant.integers, !integers.isEmpty
      else {
        throw .missingInput(
          node: node.node.name, type: node.node.operatorType, input: "zero_point")
      }
      (found, zeroPoints) = (constant.elementType, integers)
    }
    switch found {
    case .uint8: (lowest, highest) = (0, 255)
    case .int8: (lowest, highest) = (-128, 127)
    case .uint4: (lowest, highest) = (0, 15)
    case .int4: (lowest, highest) = (-8, 7)
    case .int32: (lowest, highest) = (Int(Int32.min), Int(Int32.max))
    default:
      throw .shapeMismatch(
        node: node.node.name, type: node.node.operatorType,
        expected: "numbers of 8 or 4 bits", found: "\(found)")
    }
    self.type = found
    self.zeroPoints = zeroPoints
  }

  /// Whether every zero point is 0.
  var isSymmetric: Bool { zeroPoints.allSatisfy { $0 == 0 } }

  /// The zero point of a channel.
  func zeroPoint(_ channel: Int) -> Int { zeroPoints[channel % zeroPoints.count] }

  /// Makes sure that there is one zero point, or one for each scale.
  ///
  /// - Throws: `GraphError.shapeMismatch` when there are others.
  func check(_ scales: ChannelScales, _ node: NodeReader) throws(GraphError) {
    guard zeroPoints.count == 1 || zeroPoints.count == scales.scales.count else {
      throw node.mismatch(
        expected: "as many zero points as scales, \(scales.scales.count)",
        found: [[zeroPoints.count]])
    }
  }
}
