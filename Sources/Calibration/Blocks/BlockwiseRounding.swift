import Networks
import Tensors

/// The rounding of one block after the other.
///
///     min_V mean((ẑ(V) − z)²) + regulariser
///
/// with the block's output z in the original and ẑ from its input in the network as quantised so far.
///
/// Sources: Nagel et al. 2020, "AdaRound", section 3.3 (equation 25), where each layer is a block, without the
/// activation function behind it; Li et al. 2021, "BRECQ", equation 9 with all outputs alike; Wei et al. 2022,
/// "QDrop", where elements of activations stay as they are at random.
struct BlockwiseRounding {
  let original: Graph
  let blocks: [ReconstructionBlock]
  let learned: RoundingRun.Learned
  let images: ExampleStore
  let input: String
  let settings: RoundingSettings
  let streams: RandomStreams
  let pool: WorkerPool
  /// What the original computes, where that is kept for the blocks' outputs.
  var teacher: TeacherOutputs?

  /// What came of the blocks so far: the constants that changed.
  typealias Finished = (blocks: Int, values: [String: PackedFloats])

  /// Rounds every block of a quantised network.
  ///
  /// - Parameters:
  ///   - nearest: the network.
  ///   - finished: blocks that an earlier run rounded.
  ///   - onStep: hears of each iteration and of the blocks done by then.
  func run(
    _ nearest: Graph, from finished: Finished = (0, [:]),
    _ onStep: (CalibrationProgress, Finished) throws -> Void
  ) throws -> Graph {
    var finished = finished
    var current = nearest
    for (name, values) in finished.values {
      current.initializers[name] = current.initializers[name].flatMap { old in
        old.shape.count == values.values.count
          ? TypedArray(Tensor(shape: old.shape) { values.values[$0] }) : old
      }
    }
    for (number, block) in blocks.enumerated().dropFirst(finished.blocks) {
      let rounded = try round(block, in: current) { iteration, loss in
        try onStep(
          CalibrationProgress(
            iteration: number * settings.iterations + iteration,
            iterations: blocks.count * settings.iterations, loss: loss, layer: block.name),
          finished)
      }
      for (name, array) in rounded.initializers {
        guard let old = current.initializers[name], old != array, let tensor = array.tensor else {
          continue
        }
        current.initializers[name] = array
        finished.values[name] = PackedFloats(tensor.scalars)
      }
      finished.blocks = number + 1
    }
    return current
  }

  private func round(
    _ block: ReconstructionBlock, in quantized: Graph, _ onStep: (Int, Double) throws -> Void
  ) throws -> Graph {
    let part = try quantized.part(block)
    let form = SoftlyRoundedNetwork.Form(
      isHard: settings.isHard, learnsActivations: learned.activations || settings.drop > 0)
    let network = try SoftlyRoundedNetwork(part, form)
    guard !network.layers.isEmpty else { return part }
    let read = InterestPoint(layer: block.name, value: block.input)
    let written = InterestPoint(layer: block.name, value: block.output)
    let inputs =
      read.value == input
      ? images
      : try ExampleStore(
        of: [read], in: quantized, from: images, input: input, batch: settings.batch, pool: pool)
    let teacher =
      try self.teacher?.restricted(to: written)
      ?? TeacherOutputs(
        original, points: [written], images: images, input: input, batch: settings.batch,
        limit: settings.cacheLimit, pool: pool)
    let run = try RoundingRun(
      network, error: DistillationError(points: [(written, 1)]), teacher: teacher,
      images: inputs, input: read.value, learned: learned, settings: settings,
      streams: streams.under(block.name), pool: pool)
    return try run.run(onStep)
  }
}
