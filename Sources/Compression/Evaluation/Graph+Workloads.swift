import Hardware
public import Networks
import Tensors

extension Graph {
  /// The layers of the network as hardware sees them, in graph order.
  ///
  /// Every Conv, Gemm and MatMul, and what is left of pooling and element-wise nodes after fusion; the
  /// multiply-accumulates are those of `multiplyAccumulates()`. The first convolution that reads the
  /// network's input, with no product in between, is marked as the first.
  ///
  /// - Parameter batch: the examples in a pass.
  /// - Throws: `GraphError` when shapes cannot be inferred, `CompressionError.setting` with the layer whose
  ///   extents no cost model takes.
  public func layers(batch: Int) throws -> [NetworkLayer] {
    let fused = try fused(for: .inference, keeping: Set(outputs.map(\.name)))
    let shapes = try fused.shapes(batch: batch)
    var untouched = Set(fused.inputs.map(\.name))
    var constants = Set(fused.initializers.keys)
    var hasFirst = false
    var layers: [NetworkLayer] = []
    for node in fused.nodes {
      // What is worked out from constants, as weights behind a quantiser are, is one and no layer.
      if node.inputs.allSatisfy({ $0.isEmpty || constants.contains($0) }) {
        constants.formUnion(node.outputs)
        continue
      }
      let isConvolution = node.operatorType == "Conv"
      let isFirst = isConvolution && !hasFirst && untouched.contains(node.inputs[0])
      hasFirst = hasFirst || isFirst
      if !isConvolution, !["Gemm", "MatMul"].contains(node.operatorType),
        node.inputs.contains(where: untouched.contains)
      {
        untouched.formUnion(node.outputs)
      }
      let reader = LayerReader(node, shapes, constants: constants, isFirst: isFirst)
      if let layer = try reader.layer() { layers.append(layer) }
    }
    return layers
  }
}

/// Reads one node's work off its shapes, which the operator has accepted.
private struct LayerReader {
  private let node: Node
  private let constants: Set<String>
  private let inputs: [Shape?]
  private let output: Shape
  private let isFirst: Bool

  /// Nodes that give elements another name, shape or type: hardware does nothing for them, or does it on
  /// the way.
  private static let renaming: Set<String> = [
    "Cast", "DequantizeLinear", "Dropout", "FakeQuantize", "Flatten", "Identity", "QuantizeLinear",
    "Reshape", "Squeeze", "Unsqueeze",
  ]

  init(_ node: Node, _ shapes: [String: Shape], constants: Set<String>, isFirst: Bool) {
    self.node = node
    self.constants = constants
    inputs = node.inputs.map { shapes[$0] }
    output = node.outputs.first.flatMap { shapes[$0] } ?? []
    self.isFirst = isFirst
  }

  func layer() throws -> NetworkLayer? {
    if Self.renaming.contains(node.operatorType) { return nil }
    let workload: Workload
    do throws(HardwareError) {
      workload = try self.workload()
    } catch {
      guard case .workload(let field, let expected, let found) = error else { throw error }
      throw CompressionError.setting(
        name: "layer '\(node.name)', \(field)", expected: expected, found: found)
    }
    return NetworkLayer(
      work: LayerWorkload(node.name, workload), operatorType: node.operatorType,
      weights: weights(of: workload))
  }

  private func weights(of workload: Workload) -> Int {
    guard workload.operation == .product else { return workload.weights }
    return zip(node.inputs, inputs).prefix(2).reduce(0) { sum, input in
      sum + (constants.contains(input.0) ? input.1?.count ?? 0 : 0)
    }
  }

  private func workload() throws(HardwareError) -> Workload {
    switch node.operatorType {
    case "Conv": return try convolution()
    case "Gemm", "MatMul": return try product()
    case "MaxPool", "AveragePool", "GlobalAveragePool", "ReduceMean": return try pooling()
    default: return try elements(.elementwise)
    }
  }

  // MARK: - Products

  private func convolution() throws(HardwareError) -> Workload {
    guard let input = inputs[0], let weight = inputs[1] else { return try elements(.elementwise) }
    let (kernel, stride) = (Self.extents(weight, from: 2), self.stride)
    return try Workload(
      .convolution, batch: input[0], inputChannels: input[1], outputChannels: weight[0],
      input: Self.extents(input, from: 2), output: Self.extents(output, from: 2), kernel: kernel,
      stride: stride, groups: max(1, input[1] / max(1, weight[1])), isFirst: isFirst)
  }

  /// Dense where the second matrix is a constant one, else a product of computed matrices.
  private func product() throws(HardwareError) -> Workload {
    guard let a = inputs[0], let b = inputs[1], a.rank > 0, b.rank > 0 else {
      return try elements(.elementwise)
    }
    let inner = node.flag("transA") ? a[0] : a[a.rank - 1]
    let columns = b.rank == 1 ? 1 : b[node.flag("transB") ? 0 : b.rank - 1]
    let rows = columns > 0 ? output.count / columns : 0
    let isDense = constants.contains(node.inputs[1]) && b.rank <= 2
    // The rows of one matrix times parameters are examples; those of a stack belong to one each.
    let isStack = a.rank > 2 || b.rank > 2
    let image = isStack ? output[max(0, output.rank - 2)] : isDense ? 1 : rows
    let batch = rows / max(1, image)
    return try Workload(
      isDense ? .dense : .product, batch: batch, inputChannels: inner, outputChannels: columns,
      output: .init(image, 1))
  }

  // MARK: - The others

  private func pooling() throws(HardwareError) -> Workload {
    guard let input = inputs[0], input.rank > 2, output.rank > 0, output[0] == input[0] else {
      return try elements(.elementwise)
    }
    let whole = Self.extents(input, from: 2)
    guard let kernel = node.numbers("kernel_shape") else {
      // The mean over all pixels, or over something that is no window.
      let isGlobal = output.count == input[0] * input[1]
      return try isGlobal
        ? Workload(
          .pooling, batch: input[0], inputChannels: input[1], outputChannels: input[1],
          input: whole, output: .init(1), kernel: whole)
        : elements(.elementwise)
    }
    return try Workload(
      .pooling, batch: input[0], inputChannels: input[1], outputChannels: input[1], input: whole,
      output: Self.extents(output, from: 2), kernel: Self.extents(Shape(kernel), from: 0),
      stride: stride)
  }

  private func elements(_ operation: Workload.Operation) throws(HardwareError) -> Workload {
    func channels(_ shape: Shape) -> Int { shape.rank > 1 ? shape[1] : shape.count }
    let batch = output.rank > 1 ? output[0] : 1
    let first = inputs.first.flatMap({ $0 }).flatMap { shape in
      shape.rank == output.rank && shape.rank > 1 && shape[0] == batch ? shape : nil
    }
    let input = first ?? output
    return try Workload(
      operation, batch: batch, inputChannels: channels(input), outputChannels: channels(output),
      input: Self.extents(input, from: 2), output: Self.extents(output, from: 2))
  }

  // MARK: - Extents

  private var stride: Workload.Extents {
    node.numbers("strides").map { Self.extents(Shape($0), from: 0) } ?? .init(1)
  }

  /// Height and width of the axes from one on: of one axis a row, of more than two the last is the width.
  private static func extents(_ shape: Shape, from first: Int) -> Workload.Extents {
    let axes = Array(shape.extents.dropFirst(first))
    return .init(axes.dropLast().reduce(1, *), axes.last ?? 1)
  }
}

extension Node {
  fileprivate func numbers(_ attribute: String) -> [Int]? {
    guard case .ints(let numbers) = attributes[attribute], !numbers.isEmpty else { return nil }
    return numbers
  }

  fileprivate func flag(_ attribute: String) -> Bool {
    guard case .int(let number) = attributes[attribute] else { return false }
    return number != 0
  }
}
