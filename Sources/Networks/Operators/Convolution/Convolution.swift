import Tensors

/// Convolution over one or two spatial axes (cross-correlation, as in ONNX):
/// y[n,m,o] = b[m] + Σ over c, k of x[n, c, o·stride − pad + k·dilation] · w[m,c,k].
///
/// Images lie channels-last, so that the inputs under a window are a few runs of contiguous floats
/// and a convolution is a matrix product without a copy of each window. Fusion for inference adds a
/// fourth input, of the output's shape, and the attributes `fused_lower` and `fused_upper`:
/// y ← min(max(y + residual, lower), upper). Backward knows nothing of these.
struct Convolution: Operator {
  static let type = "Conv"

  let window: SlidingWindow
  let groups: Int
  let lower: Float
  let upper: Float
  /// Weights that are computed are packed in every pass.
  let hasConstantWeights: Bool
  private let node: NodeReader

  init(_ node: NodeReader) throws(GraphError) {
    try node.require(0, named: "X")
    try node.require(1, named: "W")
    if node.hasInput(2) { try node.require(2, named: "B") }
    self.node = node
    window = try SlidingWindow(node)
    groups = try node.int("group", default: 1)
    guard (1...1 << 20).contains(groups) else { throw node.unsupported("group", "\(groups)") }
    lower = try node.float("fused_lower", default: -.infinity)
    upper = try node.float("fused_upper", default: .infinity)
    hasConstantWeights = node.constant(1) != nil
  }

  // MARK: - Shapes

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let input = try node.shape(inputs, 0, named: "X")
    let weight = try node.shape(inputs, 1, named: "W")
    let spatial = input.rank - 2
    guard (1...2).contains(spatial), weight.rank == input.rank, window.fits(rank: spatial) else {
      throw node.mismatch(
        expected: "an image of 3 or 4 axes, weights and attributes of as many", found: inputs)
    }
    let kernel = Array(weight.extents.dropFirst(2))
    guard weight[1] * groups == input[1], weight[0] % groups == 0, weight[0] > 0, input[1] > 0,
      kernel.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }), window.kernel ?? kernel == kernel
    else {
      throw node.mismatch(
        expected: "weights M×C/\(groups)×\(window.kernel ?? []) for an image N×C×…",
        found: inputs)
    }
    let axes = window.axes(over: Array(input.extents.dropFirst(2)), kernel: kernel)
    guard axes.allSatisfy({ $0.output > 0 }) else {
      throw node.mismatch(
        expected: "an image that a kernel of \(kernel) fits into", found: inputs)
    }
    let output = try node.shape(of: [input[0], weight[0]] + axes.map(\.output), from: inputs)
    if inputs.count > 2, let bias = inputs[2], bias != [weight[0]] {
      throw node.mismatch(expected: "a bias of \(weight[0])", found: inputs)
    }
    if inputs.count > 3, let residual = inputs[3], residual != output {
      throw node.mismatch(expected: "a residual of \(output)", found: inputs)
    }
    return [output]
  }

  func multiplyAccumulates(inputs: [Shape?], outputs: [Shape]) -> Int {
    guard inputs.count > 1, let weight = inputs[1], let output = outputs.first else { return 0 }
    return output.count * weight.extents.dropFirst().reduce(1, *)
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let image: Layout = inputs.first??.shape.rank == 4 ? .channelsLast : .rowMajor
    return LayoutPlan(
      inputs: inputs.indices.map { $0 == 0 || $0 == 3 ? image : .rowMajor }, outputs: [image])
  }

  // MARK: - Packed weights

  func stateCount(inputs: [Shape?], outputs: [Shape], mode: ExecutionMode) -> Int {
    guard inputs.count > 1, let input = inputs[0], let weight = inputs[1] else { return 0 }
    let geometry = ConvolutionGeometry(
      input: input, weight: weight, groups: groups, window: window)
    if geometry.isDepthwise { return geometry.weightCount }
    let forward = geometry.groups * geometry.packedCount
    return mode == .inference
      ? forward : forward + geometry.groups * ConvolutionPhases(geometry).packedCount
  }

  func prepare(_ call: OperatorCall) {
    if hasConstantWeights { pack(call) }
  }

  private func pack(_ call: OperatorCall) {
    guard let weight = call.inputs[1], let geometry = geometry(of: call) else { return }
    if geometry.isDepthwise {
      geometry.packDepthwise(weight.pointer, into: call.state)
      return
    }
    geometry.packForward(weight.pointer, into: call.state)
    if call.mode != .inference {
      geometry.packBackward(
        weight.pointer, ConvolutionPhases(geometry),
        into: call.state + geometry.groups * geometry.packedCount)
    }
  }

  private func geometry(of call: OperatorCall) -> ConvolutionGeometry? {
    guard let input = call.inputs[0], let weight = call.inputs[1] else { return nil }
    let geometry = ConvolutionGeometry(
      input: input.shape, weight: weight.shape, groups: groups, window: window)
    return geometry.isEmpty ? nil : geometry
  }

  // MARK: - Passes

  func forward(_ call: OperatorCall) {
    guard let geometry = geometry(of: call), let input = call.inputs[0] else { return }
    if !hasConstantWeights { pack(call) }
    let residual = call.input(3)
    ChannelsLast.reading(input) { input in
      ChannelsLast.reading(residual) { residual in
        ChannelsLast.writing(call.outputs[0], accumulates: false) { output in
          let pass = ConvolutionForward(
            geometry: geometry.isDepthwise ? geometry : geometry.flattened, input: input,
            weights: call.state, bias: call.input(2)?.pointer,
            residual: residual, lower: lower, upper: upper, output: output)
          geometry.isDepthwise ? pass.runDepthwise(call.pool) : pass.run(call.pool)
        }
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let geometry = geometry(of: call), let input = call.inputs[0] else { return }
    ChannelsLast.reading(call.outputGradients[0]) { outputGradient in
      if let gradient = call.inputGradient(0) {
        ChannelsLast.writing(gradient, accumulates: true) { inputGradient in
          let packed = geometry.isDepthwise ? 0 : geometry.groups * geometry.packedCount
          let pass = ConvolutionInputGradient(
            geometry: geometry, outputGradient: outputGradient, inputGradient: inputGradient,
            weights: call.state + packed)
          geometry.isDepthwise ? pass.runDepthwise(call.pool) : pass.run(call.pool)
        }
      }
      if let gradient = call.inputGradient(1) {
        ChannelsLast.reading(input) { input in
          ConvolutionWeightGradient(
            geometry: geometry.flattened, input: input, outputGradient: outputGradient
          ).run(call.pool, into: gradient.pointer)
        }
      }
      if let gradient = call.inputGradient(2) {
        ColumnSums.accumulate(
          outputGradient, rows: geometry.batch * geometry.outputCount / geometry.outputs,
          columns: geometry.outputs, into: gradient.pointer, pool: call.pool)
      }
    }
  }
}
