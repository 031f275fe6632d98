import Networks
import Tensors

/// Learns how to round: logits, and where asked for biases and scales, of a whole network or a part.
///
///     minimise ln L + λ · R / W
///
/// with the distillation error L, the regulariser R and the number W of weights: both terms are relative, so
/// that λ means the same for a layer and a network, however outputs are scaled and however far the error has
/// fallen. The gradient of ln L is ∂L divided by the L of the step before.
///
/// Where biases or scales are learned, the last iterations settle: every weight stands on its level, and
/// biases and scales alone go on, with rates that fall to 0.
final class RoundingRun {
  private let executor: Executor
  private let network: SoftlyRoundedNetwork
  private let error: DistillationError
  private let teacher: TeacherOutputs
  private let images: ExampleStore
  private let input: String
  private let settings: RoundingSettings
  private let schedule: AnnealingSchedule
  private let pool: WorkerPool
  private let learned: LearnedParameters
  private var batches: BatchOrder
  private var optimizers: [RoundingOptimizer]
  private var iteration = 0
  private var firstLoss: Double?
  private var lastLoss = 1.0
  /// The iteration from which weights stand on their levels.
  private let settled: Int

  /// What is learned besides the rounding.
  struct Learned {
    var biases = false
    var factors = false
    var activations = false
  }

  init(
    _ network: SoftlyRoundedNetwork, error: DistillationError, teacher: TeacherOutputs,
    images: ExampleStore, input: String, learned: Learned, settings: RoundingSettings,
    streams: RandomStreams, pool: WorkerPool
  ) throws {
    self.network = network
    self.error = error
    self.teacher = teacher
    self.images = images
    self.input = input
    self.settings = settings
    self.pool = pool
    let isFine = learned.biases || learned.factors || learned.activations
    settled =
      settings.iterations - Int((isFine ? settings.settling : 0) * Double(settings.iterations))
    schedule = AnnealingSchedule(
      start: settings.firstBeta, end: settings.lastBeta, warmup: settings.warmup,
      iterations: settled)
    batches = BatchOrder(images: images.count, batch: settings.batch, streams: streams)
    executor = try Executor(
      network.graph.computing(error.points.map(\.point.value)), batch: settings.batch,
      mode: .differentiable, differentiatingInputs: false, exchange: .channelsLast, pool: pool)
    self.learned = LearnedParameters(executor, network, learned)
    optimizers = (0..<4).map { _ in RoundingOptimizer(settings.rule) }
  }

  /// Learns, and gives the network with every weight on a level.
  ///
  /// - Parameter onStep: hears of each iteration, counted from 1, and its relative error L / L₀.
  /// - Throws: `CalibrationError.diverged`, what `onStep` throws.
  func run(_ onStep: (_ iteration: Int, _ loss: Double) throws -> Void) throws -> Graph {
    while iteration < settings.iterations {
      let loss = try step()
      iteration += 1
      try onStep(iteration, loss)
    }
    return network.hardened(executor.updatedGraph().initializers)
  }

  /// Where the run stands between two iterations.
  var state: RoundingState {
    get {
      RoundingState(
        iteration: iteration, values: learned.values, optimizers: optimizers.map(\.state),
        losses: [firstLoss ?? .nan, lastLoss].map { "\($0.bitPattern)" })
    }
    set {
      let losses = newValue.losses.compactMap { UInt64($0).map(Double.init(bitPattern:)) }
      guard losses.count == 2, newValue.optimizers.count == optimizers.count else {
        return
      }
      iteration = newValue.iteration
      learned.values = newValue.values
      for (position, state) in newValue.optimizers.enumerated() {
        optimizers[position].state = state
      }
      firstLoss = losses[0].isNaN ? nil : losses[0]
      lastLoss = losses[1]
      batches.skip(iteration)
      executor.parametersChanged()
    }
  }

  private func step() throws -> Double {
    if iteration == settled { settle() }
    let batch = batches.next()
    try images.copy(input, batch, into: executor.input(input))
    try teacher.prepare(batch)
    controlActivations()
    executor.forward()
    let first =
      try firstLoss
      ?? error.evaluate(executor, teacher, of: batch, gradientScale: nil, pool: pool)
    // A network without any error has nothing to be relative to.
    if firstLoss == nil, first > 0 { lastLoss = first }
    firstLoss = first
    let loss = try error.evaluate(
      executor, teacher, of: batch,
      gradientScale: 1 / max(lastLoss, Double(Float.leastNormalMagnitude)), pool: pool)
    guard loss.isFinite else {
      throw CalibrationError.diverged(iteration: iteration + 1, loss: loss)
    }
    lastLoss = loss
    executor.backward(parameters: .written)
    update()
    executor.parametersChanged()
    return first > 0 ? loss / first : loss
  }

  private func update() {
    let isSettling = iteration >= settled
    let rate =
      isSettling
      ? LearningRateSchedule.cosine(peak: 1, totalSteps: settings.iterations - settled)
        .rate(atStep: iteration - settled) : 1
    if !isSettling {
      if !settings.isHard, let beta = schedule.beta(atIteration: iteration) {
        learned.regularize(
          beta: beta, strength: settings.regularization, pool: pool)
      }
      let fall =
        settings.roundingDecays
        ? LearningRateSchedule.cosine(peak: 1, totalSteps: settled).rate(atStep: iteration) : 1
      optimizers[0].step(learned.logits, learningRate: settings.roundingRate * fall)
    }
    optimizers[1].step(learned.biases, learningRate: settings.biasRate * rate)
    optimizers[2].step(learned.factors, learningRate: settings.stepRate * rate)
    optimizers[3].step(learned.activations, learningRate: settings.activationRate * rate)
  }

  /// How much quantised activations count in this pass, and where.
  private func controlActivations() {
    let gradual = settings.gradual * Double(settings.iterations)
    let part = gradual > 0 ? min(1, Double(iteration) / gradual) : 1
    let stays = iteration >= settled && settled < settings.iterations ? 0 : settings.drop
    for (position, control) in learned.controls.enumerated() {
      control.values[0] = Float(part)
      control.values[1] = Float(stays)
      control.values[2] = Float((iteration &* 1009 &+ position) & 0xFF_FFFF)
    }
  }

  /// Puts every weight on the level that its logit is nearer to.
  private func settle() {
    for parameter in learned.logits {
      for index in parameter.values.indices {
        parameter.values[index] = parameter.values[index] >= 0 ? 10 : -10
      }
    }
    executor.parametersChanged()
  }
}
