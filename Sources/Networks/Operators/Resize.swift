import Tensors

/// ONNX Resize: the input at other extents, by the nearest element or by linear interpolation.
///
/// Extents follow from constant scales or sizes. Cubic interpolation, antialiasing, regions of interest and
/// kept aspect ratios are refused.
struct Resize: Operator {
  static let type = "Resize"

  private let node: NodeReader
  private let sampling: ResizeSampling
  private let scales: [Float]?
  private let sizes: [Int]?
  private let axes: [Int]?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    sampling = try ResizeSampling(node)
    let given = node.hasInput(2) ? node.constant(2)?.tensor?.scalars : []
    guard let given else {
      throw .missingInput(node: node.node.name, type: Self.type, input: "scales")
    }
    let sizes = try node.integers(3, named: "sizes") ?? []
    guard given.isEmpty != sizes.isEmpty else {
      throw .missingInput(node: node.node.name, type: Self.type, input: "scales or sizes")
    }
    guard given.allSatisfy({ $0 > 0 && $0.isFinite }), sizes.allSatisfy({ $0 > 0 }) else {
      throw node.unsupported("scales or sizes", "\(given.isEmpty ? "\(sizes)" : "\(given)")")
    }
    scales = given.isEmpty ? nil : given
    self.sizes = sizes.isEmpty ? nil : sizes
    axes = try node.ints("axes")
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try node.shape(inputs, 0, named: "X")
    let axes = try node.axes(axes ?? Array(0..<shape.rank), rank: shape.rank)
    guard axes.count == scales?.count ?? sizes?.count ?? 0 else {
      throw node.mismatch(expected: "as many scales or sizes as axes, \(axes.count)", found: inputs)
    }
    var extents = shape.extents
    for (position, axis) in axes.enumerated() {
      let wanted =
        sizes.map { Double($0[position]) }
        ?? (Double(shape[axis]) * Double(scales?[position] ?? 1)).rounded(.down)
      guard wanted <= 0x1p40, shape[axis] > 0 || wanted == 0 else {
        throw node.mismatch(expected: "extents that can be resized", found: inputs)
      }
      extents[axis] = Int(wanted)
    }
    return [try node.shape(of: extents, from: inputs)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let plan = LayoutPlan.following(Array(inputs.prefix(1)), outputs: outputs)
    return LayoutPlan(
      inputs: plan.inputs + inputs.dropFirst().map { _ in .rowMajor }, outputs: plan.outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0) else { return }
    let output = call.outputs[0]
    forEachRun(from: input, to: output, call.pool) { place, taps, run in
      let y = output.pointer + place
      for (number, tap) in taps.enumerated() {
        let x = input.pointer + tap.offset
        if number == 0 {
          for index in 0..<run { y[index] = tap.weight * x[index] }
        } else {
          for index in 0..<run { y[index] += tap.weight * x[index] }
        }
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0) else { return }
    let outer = call.outputGradients[0]
    forEachRun(from: gradient, to: outer, call.pool) { place, taps, run in
      let from = outer.pointer + place
      for tap in taps {
        Kernels.scaleAccumulate(tap.weight, from, into: gradient.pointer + tap.offset, count: run)
      }
    }
  }

  /// Calls `body` with the place of each run of neighbours in the output, what of the input it is made of,
  /// and its length; examples at the same time.
  private func forEachRun(
    from input: TensorView, to output: TensorView, _ pool: WorkerPool,
    _ body: (_ place: Int, _ taps: [ResizeSampling.Tap], _ run: Int) -> Void
  ) {
    let order = output.memoryOrder
    let (from, to) = (input.strides, output.strides)
    let stays = order.reversed().prefix { input.shape[$0] == output.shape[$0] }
    let run = stays.reduce(1) { $0 * output.shape[$1] }
    let moved = Array(order.dropLast(stays.count))
    guard output.count > 0, !moved.isEmpty else {
      if output.count > 0 { body(0, [.init(offset: 0, weight: 1)], output.count) }
      return
    }
    let tables = moved.map { axis in
      (0..<output.shape[axis]).map { position in
        sampling.taps(
          position, from: input.shape[axis], to: output.shape[axis],
          scale: scale(of: axis, input.shape)
        ).map { ResizeSampling.Tap(offset: $0.offset * from[axis], weight: $0.weight) }
      }
    }
    func visit(_ level: Int, _ place: Int, _ taps: [ResizeSampling.Tap]) {
      guard level < moved.count else { return body(place, taps, run) }
      for (position, own) in tables[level].enumerated() {
        visit(
          level + 1, place + position * to[moved[level]],
          own.flatMap { tap in
            taps.map {
              .init(offset: $0.offset + tap.offset, weight: $0.weight * tap.weight)
            }
          })
      }
    }
    let whole = [ResizeSampling.Tap(offset: 0, weight: 1)]
    // Examples do not share elements unless their axis itself is resized.
    guard input.shape[moved[0]] == output.shape[moved[0]] else { return visit(0, 0, whole) }
    pool.run(shards: output.shape[moved[0]]) { example in
      visit(1, example * to[moved[0]], [.init(offset: example * from[moved[0]], weight: 1)])
    }
  }

  /// The scale of an axis, nil where it follows from the extents.
  private func scale(of axis: Int, _ shape: Shape) -> Float? {
    guard let scales else { return nil }
    let all = axes?.compactMap(shape.axis) ?? Array(0..<shape.rank)
    return all.firstIndex(of: axis).map { scales[$0] }
  }
}
