import Tensors

/// Normalises each channel: y = γ·(x − μ)/√(σ² + ε) + β (Ioffe and Szegedy 2015).
///
/// In inference and for gradients of a fixed network μ and σ² are the running statistics. In
/// training, or with `training_mode`, they are those of the batch: σ² is the mean square deviation
/// (ONNX's population variance). Training then moves the running statistics in place by
/// running ← running·momentum + batch·(1 − momentum); ONNX uses the population variance here, where
/// PyTorch takes the unbiased one. A fused Relu or Clip gives the attributes `fused_lower` and
/// `fused_upper`, a fused Add a sixth input, of the output's shape: y ← min(max(y + residual, lower),
/// upper).
struct BatchNormalization: Operator {
  static let type = "BatchNormalization"

  private let node: NodeReader
  private let epsilon: Float
  private let momentum: Float
  private let isTrainingMode: Bool
  private let hasStatistics: Bool
  private let lower: Float
  private let upper: Float

  init(_ node: NodeReader) throws(GraphError) {
    for (position, name) in ["X", "scale", "B", "input_mean", "input_var"].enumerated() {
      try node.require(position, named: name)
    }
    self.node = node
    epsilon = try node.float("epsilon", default: 1e-5)
    momentum = try node.float("momentum", default: 0.9)
    isTrainingMode = try node.int("training_mode", default: 0) != 0
    hasStatistics = node.node.outputs.count > 1
    lower = try node.float("fused_lower", default: -.infinity)
    upper = try node.float("fused_upper", default: .infinity)
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard (5...6).contains(inputs.count), let input = inputs[0], input.rank >= 2,
      inputs[1..<5].allSatisfy({ $0 == [input[1]] }),
      inputs.dropFirst(5).allSatisfy({ $0 == input })
    else {
      throw node.mismatch(
        expected: "an input N×C×… and scale, B, mean and variance of C numbers", found: inputs)
    }
    return hasStatistics ? [input, [input[1]], [input[1]]] : [input]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let layout: Layout = outputs[0].rank == 4 ? .channelsLast : .rowMajor
    return LayoutPlan(
      inputs: inputs.indices.map { $0 == 0 || $0 == 5 ? layout : .rowMajor },
      outputs: outputs.indices.map { $0 == 0 ? layout : .rowMajor })
  }

  /// Mean, 1/√(σ² + ε), and the affine map of the pass, for each channel.
  func stateCount(at site: OperatorSite) -> Int {
    4 * (site.outputs.first?[1] ?? 0)
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.inputs[0], let scale = call.inputs[1], let shift = call.inputs[2],
      let mean = call.inputs[3], let variance = call.inputs[4], input.count > 0
    else { return }
    let columns = ChannelColumns(input)
    if usesBatch(call) {
      measure(input.pointer, columns, call, mean.pointer, variance.pointer)
    } else {
      for channel in 0..<columns.channels {
        call.state[channel] = mean.pointer[channel]
        call.state[columns.channels + channel] = inverseDeviation(
          Double(variance.pointer[channel]))
      }
    }
    if hasStatistics && !isTrainingMode {
      call.outputs[1].pointer.update(from: mean.pointer, count: columns.channels)
      call.outputs[2].pointer.update(from: variance.pointer, count: columns.channels)
    }
    let factors = call.state + 2 * columns.channels
    let offsets = call.state + 3 * columns.channels
    for channel in 0..<columns.channels {
      factors[channel] = scale.pointer[channel] * call.state[columns.channels + channel]
      offsets[channel] = shift.pointer[channel] - call.state[channel] * factors[channel]
    }
    columns.affine(
      input.pointer, factors, offsets, residual: call.input(5).map { UnsafePointer($0.pointer) },
      lower: lower, upper: upper, into: call.outputs[0].pointer, pool: call.pool)
  }

  /// What a fused clamp let through; nil where there is none.
  private func mask(_ output: TensorView) -> Kernels.ClampMask? {
    guard lower > -.infinity || upper < .infinity else { return nil }
    return Kernels.ClampMask(output: output.pointer, lower: lower, upper: upper)
  }

  private func usesBatch(_ call: OperatorCall) -> Bool {
    isTrainingMode || call.mode == .training
  }

  private func inverseDeviation(_ variance: Double) -> Float {
    Float(1 / (variance + Double(epsilon)).squareRoot())
  }

  /// Takes the batch's statistics into the state and moves the running ones.
  private func measure(
    _ input: UnsafePointer<Float>, _ columns: ChannelColumns, _ call: OperatorCall,
    _ runningMean: UnsafeMutablePointer<Float>, _ runningVariance: UnsafeMutablePointer<Float>
  ) {
    columns.sums(of: input, times: input, workspace: call.workspace) { sums, squares in
      for channel in 0..<columns.channels {
        let mean = sums[channel] / Double(columns.perChannel)
        let variance = max(0, squares[channel] / Double(columns.perChannel) - mean * mean)
        call.state[channel] = Float(mean)
        call.state[columns.channels + channel] = inverseDeviation(variance)
        let movedMean = moved(runningMean[channel], mean)
        let movedVariance = moved(runningVariance[channel], variance)
        if hasStatistics && isTrainingMode {
          call.outputs[1].pointer[channel] = movedMean
          call.outputs[2].pointer[channel] = movedVariance
        }
        if call.mode == .training {
          runningMean[channel] = movedMean
          runningVariance[channel] = movedVariance
        }
      }
    }
  }

  private func moved(_ running: Float, _ batch: Double) -> Float {
    running * momentum + Float(batch) * (1 - momentum)
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position == 0 || position == 5 }

  /// With x̂ = (x − μ)/√(σ² + ε): dβ = Σ dy, dγ = Σ dy·x̂, and dx = γ/√(σ² + ε) · dy with running
  /// statistics, γ/√(σ² + ε) · (dy − dβ/m − x̂·dγ/m) with those of a batch of m.
  func backward(_ call: OperatorCall) {
    guard let input = call.inputs[0], let scale = call.inputs[1], input.count > 0 else { return }
    let columns = ChannelColumns(input)
    let channels = columns.channels
    let gradient = call.outputGradients[0].pointer
    let deviations = call.state + channels
    let mask = mask(call.outputs[0])
    columns.sums(
      of: gradient, times: input.pointer, mask: mask, workspace: call.workspace
    ) { sums, products in
      call.workspace.scratch.withMemory(of: Float.self, count: 3 * channels) { map in
        for channel in 0..<channels {
          let deviation = Double(deviations[channel])
          let mean = Double(call.state[channel])
          let scaleGradient = deviation * (products[channel] - mean * sums[channel])
          call.inputGradient(1)?.pointer[channel] += Float(scaleGradient)
          call.inputGradient(2)?.pointer[channel] += Float(sums[channel])
          let factor = Double(scale.pointer[channel]) * deviation
          let part = usesBatch(call) ? -factor / Double(columns.perChannel) : 0
          let slope = part * deviation * scaleGradient
          map[channel] = Float(factor)
          map[channels + channel] = Float(slope)
          map[2 * channels + channel] = Float(part * sums[channel] - slope * mean)
        }
        let residual = call.inputGradient(5)
        let isPassed = residual != nil && call.overwrites(5) && call.inputGradient(0) != nil
        if let residual, !isPassed { addPassed(call, mask, into: residual) }
        guard let target = call.inputGradient(0) else { return }
        columns.combine(
          gradient, input.pointer, map: map, mask: mask, accumulates: !call.overwrites(0),
          into: target.pointer, passed: isPassed ? residual?.pointer : nil, pool: call.pool)
      }
    }
  }

  /// The gradient of a fused residual: dy where the clamp let through.
  private func addPassed(
    _ call: OperatorCall, _ mask: Kernels.ClampMask?, into residual: TensorView
  ) {
    let (gradient, target) = (call.outputGradients[0].pointer, residual.pointer)
    let (lower, upper) = (mask?.lower ?? -.infinity, mask?.upper ?? .infinity)
    let accumulates = !call.overwrites(5)
    call.pool.forEachChunk(of: residual.count) { range in
      let (from, to) = (gradient + range.lowerBound, target + range.lowerBound)
      if mask == nil, accumulates {
        Kernels.accumulate(from, into: to, count: range.count)
      } else if mask == nil {
        to.update(from: from, count: range.count)
      } else {
        Kernels.clampGradient(
          input: call.outputs[0].pointer + range.lowerBound, gradient: from, lower: lower,
          upper: upper, accumulates: accumulates, into: to, count: range.count)
      }
    }
  }
}
