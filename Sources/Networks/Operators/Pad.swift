import Tensors

/// ONNX Pad: a border around the input, or where a pad is negative, a border taken away.
struct Pad: Operator {
  static let type = "Pad"

  /// What the border holds.
  enum Mode: String {
    /// One value.
    case constant
    /// The elements mirrored at the first and the last.
    case reflect
    /// The first and the last element.
    case edge
    /// The elements of the opposite side.
    case wrap
  }

  private let reader: NodeReader
  private let mode: Mode
  private let pads: [Int]
  private let value: Float
  private let axes: [Int]?

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "data")
    let name = try node.string("mode", default: "constant")
    guard let mode = Mode(rawValue: name) else { throw node.unsupported("mode", name) }
    self.mode = mode
    pads = try node.requiredIntegers(1, named: "pads")
    value = try node.scalar(2, named: "constant_value") ?? 0
    axes = try node.integers(3, named: "axes")
    reader = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try reader.shape(inputs, 0, named: "data")
    let (before, after) = try margins(of: shape)
    var extents: [Int] = []
    for axis in 0..<shape.rank {
      let extent = before[axis] + shape[axis] + after[axis]
      let kept = Self.kept(shape[axis], before[axis], after[axis])
      guard extent >= 0, mode == .constant || extent == 0 || !kept.isEmpty else {
        throw reader.mismatch(
          expected: "an extent that pads \(before[axis]) and \(after[axis]) fit (axis \(axis))",
          found: inputs)
      }
      extents.append(extent)
    }
    return [try reader.shape(of: extents, from: inputs)]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    .following(inputs, outputs: outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0), call.outputs[0].count > 0 else { return }
    let output = call.outputs[0]
    if mode == .constant {
      guard let (inner, outer) = interior(of: input.shape) else { return }
      output.pointer.update(repeating: value, count: output.count)
      StridedCopy(from: input, inner, to: output, outer).copy(on: call.pool)
    } else {
      forEachRun(input, output) { from, to, count in
        (output.pointer + to).update(from: input.pointer + from, count: count)
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0), call.outputGradients[0].count > 0 else { return }
    let outer = call.outputGradients[0]
    if mode == .constant {
      guard let (inner, whole) = interior(of: gradient.shape) else { return }
      StridedCopy(from: outer, whole, to: gradient, inner).add(on: call.pool)
    } else {
      forEachRun(gradient, outer) { to, from, count in
        for index in 0..<count { gradient.pointer[to + index] += outer.pointer[from + index] }
      }
    }
  }

  /// The pads of every axis.
  private func margins(of shape: Shape) throws(GraphError) -> (before: [Int], after: [Int]) {
    let axes = try reader.axes(self.axes ?? Array(0..<shape.rank), rank: shape.rank)
    // Greater pads mean no array, and would overflow below.
    guard pads.count == 2 * axes.count, pads.allSatisfy({ $0.magnitude < 1 << 40 }) else {
      throw reader.unsupported("pads", "\(pads) for \(axes.count) axes")
    }
    var before = [Int](repeating: 0, count: shape.rank)
    var after = before
    for (position, axis) in axes.enumerated() {
      before[axis] = pads[position]
      after[axis] = pads[axes.count + position]
    }
    return (before, after)
  }

  /// The positions of an axis that negative pads leave; none when they take all.
  private static func kept(_ extent: Int, _ before: Int, _ after: Int) -> Range<Int> {
    let lower = min(extent, max(0, -before))
    let upper = extent + min(0, after)
    return lower..<max(lower, upper)
  }

  /// The region of the input that is kept and the region of the output where it goes.
  private func interior(of shape: Shape) -> (input: StridedRegion, output: StridedRegion)? {
    guard let (before, after) = try? margins(of: shape) else { return nil }
    var input = StridedRegion(whole: shape)
    var output = input
    for axis in 0..<shape.rank {
      // A pad may take more than there is, with the other pad putting something back.
      let lower = max(0, -before[axis])
      let upper = min(shape[axis], shape[axis] + after[axis])
      input.starts[axis] = lower
      input.extents[axis] = max(0, upper - lower)
      output.starts[axis] = lower + before[axis]
      output.extents[axis] = input.extents[axis]
    }
    return (input, output)
  }

  /// Calls `body` with offsets in the input and the output of equal runs that together fill the
  /// output.
  private func forEachRun(
    _ input: TensorView, _ output: TensorView, _ body: (Int, Int, Int) -> Void
  ) {
    guard let (before, after) = try? margins(of: input.shape) else { return }
    let order = output.memoryOrder
    let (from, to) = (input.strides, output.strides)
    // What no pad touches at the end is one run.
    let untouched = order.reversed().prefix { before[$0] == 0 && after[$0] == 0 }
    let run = untouched.reduce(1) { $0 * output.shape[$1] }
    let tables = order.dropLast(untouched.count).map { axis in
      positions(axis, input.shape[axis], before[axis], after[axis])
        .enumerated().map { (from: $0.element * from[axis], to: $0.offset * to[axis]) }
    }
    func visit(_ level: Int, _ from: Int, _ to: Int) {
      guard level < tables.count else { return body(from, to, run) }
      for step in tables[level] { visit(level + 1, from + step.from, to + step.to) }
    }
    visit(0, 0, 0)
  }

  /// The input's position for each position of the output along an axis.
  private func positions(_ axis: Int, _ extent: Int, _ before: Int, _ after: Int) -> [Int] {
    let kept = Self.kept(extent, before, after)
    let count = kept.count
    guard count > 0 else { return [] }
    return (-max(0, before)..<count + max(0, after)).map { position in
      switch mode {
      case .constant, .edge:
        return kept.lowerBound + max(0, min(count - 1, position))
      case .wrap:
        return kept.lowerBound + Self.remainder(position, count)
      case .reflect:
        let period = max(1, 2 * (count - 1))
        let phase = Self.remainder(position, period)
        return kept.lowerBound + min(phase, period - phase) % count
      }
    }
  }

  private static func remainder(_ value: Int, _ divisor: Int) -> Int {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
