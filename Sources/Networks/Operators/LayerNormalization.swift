import Tensors

/// ONNX LayerNormalization: y = (x − μ)/√(σ² + ε) · scale + shift, with mean and variance over the axes from
/// `axis` on.
///
/// The second and third output are μ and 1/√(σ² + ε), where they are asked for; no gradient comes back
/// through them.
///
/// Source: Ba, Kiros and Hinton 2016, "Layer Normalization", equations 2 and 4.
struct LayerNormalization: Operator {
  static let type = "LayerNormalization"

  private let node: NodeReader
  private let axisNumber: Int
  private let epsilon: Double
  private let hasShift: Bool

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    try node.require(1, named: "Scale")
    hasShift = node.hasInput(2)
    if hasShift { try node.require(2, named: "B") }
    axisNumber = try node.int("axis", default: -1)
    epsilon = Double(try node.float("epsilon", default: 1e-5))
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let shape = try node.shape(inputs, 0, named: "X")
    let axis = try node.axis(axisNumber, rank: shape.rank)
    let line = Shape(Array(shape.extents[axis...]))
    for (position, name) in [(1, "Scale"), (2, "B")] where position == 1 || hasShift {
      let own = try node.shape(inputs, position, named: name)
      guard own.count == line.count, own.broadcast(with: line) == line else {
        throw node.mismatch(expected: "'\(name)' of shape \(line)", found: inputs)
      }
    }
    let kept = Array(shape.extents[..<axis]) + line.extents.map { _ in 1 }
    return [shape] + node.node.outputs.dropFirst().map { _ in Shape(kept) }
  }

  /// μ and 1/√(σ² + ε) of every line.
  func stateCount(at site: OperatorSite) -> Int {
    guard let shape = site.inputs[0] else { return 0 }
    return 2 * Lines(shape, axisNumber).count
  }

  /// The elements that are normalised together lie next to each other.
  private struct Lines {
    let count: Int
    let length: Int

    init(_ shape: Shape, _ axisNumber: Int) {
      let axis = shape.axis(axisNumber) ?? 0
      length = shape.extents[axis...].reduce(1, *)
      count = shape.extents[..<axis].reduce(1, *)
    }

    func forEach(_ pool: WorkerPool, _ body: (_ line: Int, _ first: Int) -> Void) {
      guard length > 0 else { return }
      pool.forEachChunk(of: count, chunk: max(1, WorkerPool.chunk / 4 / length)) {
        for line in $0 { body(line, line * length) }
      }
    }
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0), let scale = call.input(1)?.pointer else { return }
    let shift = hasShift ? call.input(2)?.pointer : nil
    let lines = Lines(input.shape, axisNumber)
    let (x, y, length) = (input.pointer, call.outputs[0].pointer, lines.length)
    lines.forEach(call.pool) { line, first in
      let (mean, factor) = statistics(x + first, length)
      call.state[2 * line] = mean
      call.state[2 * line + 1] = factor
      for index in 0..<length {
        let normal = (x[first + index] - mean) * factor
        y[first + index] = normal * scale[index] + (shift?[index] ?? 0)
      }
    }
    for position in 1..<max(1, call.outputs.count) {
      for line in 0..<lines.count {
        call.outputs[position].pointer[line] = call.state[2 * line + position - 1]
      }
    }
  }

  /// Both passes in double: E[x²] − μ² in single precision would lose what is far from 0.
  private func statistics(
    _ x: UnsafePointer<Float>, _ count: Int
  ) -> (mean: Float, factor: Float) {
    var sum = 0.0
    for index in 0..<count { sum += Double(x[index]) }
    let mean = sum / Double(count)
    var squares = 0.0
    for index in 0..<count {
      let distance = Double(x[index]) - mean
      squares += distance * distance
    }
    return (Float(mean), Float(1 / (squares / Double(count) + epsilon).squareRoot()))
  }

  /// With x̂ = (x − μ)/√(σ² + ε) and g = dy · scale: dx = (g − mean(g) − x̂ · mean(g · x̂))/√(σ² + ε),
  /// dscale = Σ dy · x̂ and dshift = Σ dy over the lines.
  func backward(_ call: OperatorCall) {
    guard let input = call.input(0), let scale = call.input(1)?.pointer else { return }
    let lines = Lines(input.shape, axisNumber)
    let (x, outer, length) = (input.pointer, call.outputGradients[0].pointer, lines.length)
    if let gradient = call.inputGradient(0)?.pointer {
      lines.forEach(call.pool) { line, first in
        let (mean, factor) = (call.state[2 * line], call.state[2 * line + 1])
        var (sum, product) = (0.0, 0.0)
        for index in first..<first + length {
          let part = Double(outer[index] * scale[index - first])
          sum += part
          product += part * Double((x[index] - mean) * factor)
        }
        let (level, slope) = (Float(sum / Double(length)), Float(product / Double(length)))
        for index in first..<first + length {
          let normal = (x[index] - mean) * factor
          let part = outer[index] * scale[index - first]
          gradient[index] += factor * (part - level - normal * slope)
        }
      }
    }
    addParameterGradients(call, x, outer, lines)
  }

  /// Sums over the lines in their order, columns at the same time.
  private func addParameterGradients(
    _ call: OperatorCall, _ x: UnsafePointer<Float>, _ outer: UnsafePointer<Float>, _ lines: Lines
  ) {
    let scaleGradient = call.inputGradient(1)?.pointer
    let shiftGradient = hasShift ? call.inputGradient(2)?.pointer : nil
    guard scaleGradient != nil || shiftGradient != nil else { return }
    let length = lines.length
    call.pool.forEachChunk(of: length, chunk: max(16, WorkerPool.chunk / max(1, lines.count))) {
      for column in $0 {
        var (sum, product) = (0.0, 0.0)
        for line in 0..<lines.count {
          let gradient = Double(outer[line * length + column])
          let normal = (x[line * length + column] - call.state[2 * line]) * call.state[2 * line + 1]
          sum += gradient
          product += gradient * Double(normal)
        }
        scaleGradient?[column] += Float(product)
        shiftGradient?[column] += Float(sum)
      }
    }
  }
}
