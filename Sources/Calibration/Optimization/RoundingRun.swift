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
  private var batches: BatchOrder
  private let logits: [Parameter]
  private let biases: [Parameter]
  private let factors: [Parameter]
  private let weightCount: Int
  private var optimizers = (logits: Adam(), biases: Adam(), factors: Adam())
  private var firstLoss: Double?
  private var lastLoss = 1.0
  /// The iteration from which weights stand on their levels.
  private let settled: Int

  /// What is learned besides the rounding.
  struct Learned {
    let biases: Bool
    let factors: Bool
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
    let part = learned.biases || learned.factors ? settings.settling : 0
    settled = settings.iterations - Int(part * Double(settings.iterations))
    schedule = AnnealingSchedule(
      start: settings.firstBeta, end: settings.lastBeta, warmup: settings.warmup,
      iterations: settled)
    batches = BatchOrder(images: images.count, batch: settings.batch, streams: streams)
    let executor = try Executor(
      network.graph.computing(error.points.map(\.point.value)), batch: settings.batch,
      mode: .differentiable, differentiatingInputs: false, exchange: .channelsLast, pool: pool)
    func parameters(_ names: [String]) -> [Parameter] {
      let names = Set(names)
      return executor.parameters.filter { names.contains($0.name) }
    }
    self.executor = executor
    logits = parameters(network.layers.map(\.logits))
    biases = learned.biases ? parameters(network.layers.compactMap(\.bias)) : []
    factors = learned.factors ? parameters(network.layers.map(\.factor)) : []
    weightCount = max(1, logits.reduce(0) { $0 + $1.values.count })
  }

  /// Learns, and gives the network with every weight on a level.
  ///
  /// - Parameter onStep: hears of each iteration, counted from 1, and its relative error L / L₀.
  /// - Throws: `CalibrationError.diverged`, what `onStep` throws.
  func run(_ onStep: (_ iteration: Int, _ loss: Double) throws -> Void) throws -> Graph {
    for iteration in 0..<settings.iterations {
      let loss = try step(iteration)
      try onStep(iteration + 1, loss)
    }
    return network.hardened(executor.updatedGraph().initializers)
  }

  private func step(_ iteration: Int) throws -> Double {
    if iteration == settled { settle() }
    let batch = batches.next()
    try images.copy(input, batch, into: executor.input(input))
    try teacher.prepare(batch)
    executor.forward()
    let first = try firstLoss ?? error.evaluate(executor, teacher, gradientScale: nil, pool: pool)
    // A network without any error has nothing to be relative to.
    if firstLoss == nil, first > 0 { lastLoss = first }
    firstLoss = first
    let loss = try error.evaluate(
      executor, teacher, gradientScale: 1 / max(lastLoss, Double(Float.leastNormalMagnitude)),
      pool: pool)
    guard loss.isFinite else {
      throw CalibrationError.diverged(iteration: iteration + 1, loss: loss)
    }
    lastLoss = loss
    executor.backward(parameters: .written)
    update(iteration)
    executor.parametersChanged()
    return first > 0 ? loss / first : loss
  }

  private func update(_ iteration: Int) {
    var rate = 1.0
    if iteration < settled {
      if let beta = schedule.beta(atIteration: iteration) { regularize(beta) }
      optimizers.logits.step(logits, learningRate: settings.roundingRate)
    } else {
      rate = LearningRateSchedule.cosine(peak: 1, totalSteps: settings.iterations - settled)
        .rate(atStep: iteration - settled)
    }
    if !biases.isEmpty {
      optimizers.biases.step(biases, learningRate: settings.biasRate * rate)
    }
    if !factors.isEmpty {
      optimizers.factors.step(factors, learningRate: settings.stepRate * rate)
    }
  }

  /// Puts every weight on the level that its logit is nearer to.
  private func settle() {
    for parameter in logits {
      for index in parameter.values.indices {
        parameter.values[index] = parameter.values[index] >= 0 ? 10 : -10
      }
    }
    executor.parametersChanged()
  }

  private func regularize(_ beta: Double) {
    let strength = Float(settings.regularization / Double(weightCount))
    let logits = self.logits
    pool.run(shards: logits.count) { index in
      guard let values = logits[index].values.baseAddress,
        let gradients = logits[index].gradients.baseAddress
      else { return }
      RoundingRegularizer.addGradient(
        values, count: logits[index].values.count, beta: Float(beta), strength: strength,
        to: gradients)
    }
  }
}

/// Which images make up each step: every image once an epoch, in an order of the epoch's own stream.
struct BatchOrder {
  private let images: Int
  private let batch: Int
  private let streams: RandomStreams
  private var epoch = 0
  private var order: [Int] = []

  init(images: Int, batch: Int, streams: RandomStreams) {
    self.images = images
    self.batch = batch
    self.streams = streams
  }

  /// The images of the next step; what is left of an epoch and makes no whole batch is dropped.
  mutating func next() -> [Int] {
    if order.count < batch {
      var stream = streams.stream("epoch \(epoch)")
      order = stream.permutation(of: images)
      epoch += 1
    }
    defer { order.removeFirst(batch) }
    return Array(order.prefix(batch))
  }
}
