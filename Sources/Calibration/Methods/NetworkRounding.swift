import Networks
import Tensors

/// The way of each method from nearest levels to learned ones.
struct NetworkRounding {
  let original: Graph
  let nearest: Graph
  let error: DistillationError
  let teacher: TeacherOutputs
  let images: ExampleStore
  let input: String
  let settings: CalibrationSettings
  let learnsActivations: Bool
  let streams: RandomStreams
  let pool: WorkerPool

  /// Hears of an iteration, with what gives the state behind it.
  typealias OnStep = (CalibrationProgress, @escaping () -> CalibrationState) throws -> Void

  /// Rounds.
  func run(from state: CalibrationState, _ onStep: OnStep) throws -> Graph {
    switch settings.method {
    case .nearest: return nearest
    case .adaRound:
      return try blockwise(
        blocks: layerBlocks(), learned: RoundingRun.Learned(), settings.rounding, state, more: 0,
        onStep)
    case .brecq, .qdrop:
      return try blockwise(
        blocks: original.residualBlocks(),
        learned: RoundingRun.Learned(activations: learnsActivations), settings.rounding, state,
        more: 0, onStep)
    case .eptq: return try wholeNetwork(state, onStep)
    }
  }

  private func layerBlocks() throws -> [ReconstructionBlock] {
    nearest.layerBlocks(try SoftlyRoundedNetwork(nearest).layers)
  }

  /// - Parameter more: the iterations that come behind all blocks.
  private func blockwise(
    blocks: [ReconstructionBlock], learned: RoundingRun.Learned, _ rounding: RoundingSettings,
    _ state: CalibrationState, more: Int, _ onStep: OnStep
  ) throws -> Graph {
    let run = BlockwiseRounding(
      original: original, blocks: blocks, learned: learned, images: images, input: input,
      settings: rounding, streams: streams, pool: pool, teacher: teacher)
    return try run.run(nearest, from: (state.finishedBlocks, state.values)) { progress, finished in
      try onStep(
        CalibrationProgress(
          iteration: progress.iteration, iterations: progress.iterations + more,
          loss: progress.loss, layer: progress.layer)
      ) {
        CalibrationState(finishedBlocks: finished.blocks, values: finished.values)
      }
    }
  }

  private func wholeNetwork(_ state: CalibrationState, _ onStep: OnStep) throws -> Graph {
    var form = SoftlyRoundedNetwork.Form(
      isHard: settings.rounding.isHard,
      learnsActivations: learnsActivations || settings.rounding.drop > 0
        || settings.rounding.gradual > 0)
    form.margin = Float(settings.startMargin)
    var before = 0
    if settings.startIterations > 0 {
      let blocks = try layerBlocks()
      before = blocks.count * settings.startIterations
      if state.rounding == nil {
        var rounding = RoundingSettings(iterations: settings.startIterations)
        rounding.batch = settings.rounding.batch
        rounding.cacheLimit = settings.rounding.cacheLimit
        form.start = try blockwise(
          blocks: blocks, learned: RoundingRun.Learned(biases: settings.learnsBiases), rounding,
          state, more: settings.rounding.iterations, onStep)
      }
    }
    let run = try RoundingRun(
      SoftlyRoundedNetwork(form.start.map { nearest.taking(biasesOf: $0) } ?? nearest, form),
      error: error, teacher: teacher, images: images, input: input,
      learned: RoundingRun.Learned(
        biases: settings.learnsBiases, factors: settings.learnsSteps,
        activations: learnsActivations),
      settings: settings.rounding, streams: streams, pool: pool)
    if let known = state.rounding { run.state = known }
    return try run.run { [run] iteration, loss in
      try onStep(
        CalibrationProgress(
          iteration: before + iteration, iterations: before + settings.rounding.iterations,
          loss: loss, layer: nil)
      ) {
        CalibrationState(rounding: run.state)
      }
    }
  }
}

extension Graph {
  /// The network with another's biases.
  fileprivate func taking(biasesOf other: Graph) -> Graph {
    var result = self
    for node in nodes where node.operatorType != "MatMul" && node.inputs.count > 2 {
      guard ["Conv", "Gemm"].contains(node.operatorType),
        let bias = other.initializers[node.inputs[2]]
      else { continue }
      result.initializers[node.inputs[2]] = bias
    }
    return result
  }
}
