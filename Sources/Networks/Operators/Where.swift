import Tensors

/// ONNX Where: x where the condition holds and y elsewhere, under NumPy's broadcasting.
///
/// The condition is computed, carried as floats, or a constant of truth values.
struct Where: Operator {
  static let type = "Where"

  private let node: NodeReader
  /// A constant condition, as floats.
  private let constant: [Float]?
  private let constantShape: Shape

  init(_ node: NodeReader) throws(GraphError) {
    guard node.hasInput(0) else {
      throw .missingInput(node: node.node.name, type: Self.type, input: "condition")
    }
    try node.require(1, named: "X")
    try node.require(2, named: "Y")
    let condition = node.constant(0)
    constant = condition?.integers?.map { $0 == 0 ? 0 : 1 } ?? condition?.tensor?.scalars
    constantShape = condition?.shape ?? []
    self.node = node
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let condition = try node.shape(inputs, 0, named: "condition")
    let x = try node.shape(inputs, 1, named: "X")
    let y = try node.shape(inputs, 2, named: "Y")
    guard let shape = condition.broadcast(with: x)?.broadcast(with: y) else {
      throw node.mismatch(expected: "shapes that broadcast", found: inputs)
    }
    return [try node.shape(of: shape.extents, from: inputs)]
  }

  func stateCount(at site: OperatorSite) -> Int { constant?.count ?? 0 }

  func prepare(_ call: OperatorCall) {
    for (place, value) in (constant ?? []).enumerated() { call.state[place] = value }
  }

  private func condition(_ call: OperatorCall) -> TensorView? {
    guard constant != nil else { return call.input(0) }
    return TensorView(pointer: call.state, shape: constantShape, layout: .rowMajor)
  }

  func forward(_ call: OperatorCall) {
    guard let condition = condition(call), let x = call.input(1), let y = call.input(2) else {
      return
    }
    let output = call.outputs[0]
    let loop = StridedLoop(broadcasting: [condition, x, y], to: output)
    let steps = loop.rowSteps
    loop.forEachRow(on: call.pool, parallel: true) { offsets, count in
      for index in 0..<count {
        let holds = condition.pointer[offsets[0] + index * steps[0]] != 0
        output.pointer[offsets[3] + index * steps[3]] =
          holds
          ? x.pointer[offsets[1] + index * steps[1]] : y.pointer[offsets[2] + index * steps[2]]
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let condition = condition(call) else { return }
    for (position, wanted) in [(1, true), (2, false)] {
      guard let gradient = call.inputGradient(position) else { continue }
      let outer = call.outputGradients[0]
      let loop = StridedLoop(broadcasting: [condition, gradient], to: outer)
      let steps = loop.rowSteps
      loop.forEachRow(on: call.pool, parallel: loop.visitsOnce(1)) { offsets, count in
        for index in 0..<count
        where (condition.pointer[offsets[0] + index * steps[0]] != 0) == wanted {
          gradient.pointer[offsets[1] + index * steps[1]] +=
            outer.pointer[offsets[2] + index * steps[2]]
        }
      }
    }
  }
}
