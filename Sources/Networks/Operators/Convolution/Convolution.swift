import Tensors

/// Convolution over one or two spatial axes (cross-correlation, as in ONNX):
/// y[n,m,o] = b[m] + Σ over c, k of x[n, c, o·stride − pad + k·dilation] · w[m,c,k].
///
/// Images lie channels-last, so that the inputs under a window are a few runs of contiguous floats
/// and a convolution is a matrix product without a copy of each window. Fusion for inference adds a
/// fourth input, of the output's shape, and the attributes `fused_lower`, `fused_upper` and `fused_grid`:
/// y ← grid(min(max(y + residual, lower), upper)). Backward knows nothing of these.
struct Convolution: Operator {
  static let type = "Conv"

  let window: SlidingWindow
  let groups: Int
  let lower: Float
  let upper: Float
  let grid: Kernels.Grid?
  /// Weights that are computed are packed in every pass.
  let hasConstantWeights: Bool
  private let node: NodeReader
  /// Nil before the shapes are known, and where there is nothing to compute.
  private var passes: ConvolutionPasses?

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
    grid = Kernels.Grid(fusedInto: node.node)
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

  // MARK: - Shapes known

  func fitted(to site: OperatorSite) -> Convolution {
    guard site.inputs.count > 1, let input = site.inputs[0], let weight = site.inputs[1] else {
      return self
    }
    let geometry = ConvolutionGeometry(
      input: input, weight: weight, groups: groups, window: window)
    var fitted = self
    fitted.passes = ConvolutionPasses(geometry, mode: site.mode, arithmetic: site.arithmetic)
    return fitted
  }

  func stateCount(at site: OperatorSite) -> Int { passes?.stateCount ?? 0 }

  func prepare(_ call: OperatorCall) {
    if hasConstantWeights { pack(call) }
  }

  private func pack(_ call: OperatorCall) {
    guard let weight = call.inputs[1] else { return }
    passes?.pack(weight.pointer, into: call.state, call.workspace.scratch)
  }

  // MARK: - Passes

  func forward(_ call: OperatorCall) {
    guard let passes, let input = call.inputs[0] else { return }
    if !hasConstantWeights { pack(call) }
    let scratch = call.workspace.scratch
    ChannelsLast.reading(input, scratch) { input in
      ChannelsLast.reading(call.input(3), scratch) { residual in
        ChannelsLast.writing(call.outputs[0], accumulates: false, scratch) { output in
          let epilogue = Kernels.Epilogue(
            output: output, outputStride: passes.geometry.outputs, bias: call.input(2)?.pointer,
            residual: residual, residualStride: passes.geometry.outputs, lower: lower, upper: upper,
            grid: grid)
          passes.runForward(
            input: input, state: call.state, epilogue: epilogue, call.workspace)
        }
      }
    }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position < 2 }

  func backward(_ call: OperatorCall) {
    guard let passes, let input = call.inputs[0] else { return }
    let workspace = call.workspace
    ChannelsLast.reading(call.outputGradients[0], workspace.scratch) { outputGradient in
      if let gradient = call.inputGradient(0) {
        let accumulates = !call.overwrites(0)
        ChannelsLast.writing(
          gradient, accumulates: accumulates, workspace.scratch
        ) { inputGradient in
          passes.runInputGradient(
            of: outputGradient, state: call.state, accumulates: accumulates, into: inputGradient,
            workspace)
        }
      }
      if let gradient = call.inputGradient(1) {
        ChannelsLast.reading(input, workspace.scratch) { input in
          passes.addWeightGradient(
            input: input, outputGradient: outputGradient, accumulates: !call.overwrites(1),
            into: gradient.pointer, workspace)
        }
      }
      if let gradient = call.inputGradient(2) {
        let outputs = passes.geometry.outputs
        ColumnSums.accumulate(
          outputGradient, rows: passes.geometry.batch * passes.geometry.outputCount / outputs,
          columns: outputs, into: gradient.pointer, workspace: workspace)
      }
    }
  }
}
