import Tensors

/// The shape rule and the checks that MaxPool and AveragePool share.
struct PoolingShape: Sendable {
  let window: SlidingWindow
  let kernel: [Int]
  private let node: NodeReader

  /// - Throws: `GraphError.missingAttribute` without `kernel_shape`.
  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    self.node = node
    window = try SlidingWindow(node)
    guard let kernel = window.kernel, !kernel.isEmpty else {
      throw .missingAttribute(
        node: node.node.name, type: node.node.operatorType, attribute: "kernel_shape")
    }
    self.kernel = kernel
  }

  /// The window along each spatial axis of an input.
  func axes(of shape: Shape) -> [WindowAxis] {
    window.axes(over: Array(shape.extents.dropFirst(2)), kernel: kernel)
  }

  /// N × C × outputs.
  ///
  /// - Throws: `GraphError.shapeMismatch` when the rank is not 3, 4 or 5 or no window fits.
  func output(of inputs: [Shape?]) throws(GraphError) -> Shape {
    let input = try node.shape(inputs, 0, named: "X")
    guard (3...5).contains(input.rank), kernel.count == input.rank - 2,
      window.fits(rank: kernel.count)
    else {
      throw node.mismatch(
        expected: "an input of \(kernel.count + 2) axes and attributes of \(kernel.count) axes",
        found: inputs)
    }
    let axes = axes(of: input)
    guard axes.allSatisfy({ $0.output > 0 }) else {
      throw node.mismatch(expected: "an input that a window of \(kernel) fits into", found: inputs)
    }
    return try node.shape(of: [input[0], input[1]] + axes.map(\.output), from: inputs)
  }

  /// Rank 4 is computed channels-last, everything else row-major.
  static func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let layout: Layout = inputs.first??.shape.rank == 4 ? .channelsLast : .rowMajor
    return LayoutPlan(inputs: inputs.map { _ in layout }, outputs: outputs.map { _ in layout })
  }
}
