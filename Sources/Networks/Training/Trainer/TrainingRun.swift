import Tensors

/// What a training run keeps from step to step.
struct TrainingRun {
  private let original: Graph
  private let executor: Executor
  private let inputs: UnsafeMutableBufferPointer<Float>
  private let scores: UnsafeMutableBufferPointer<Float>
  private let scoreGradient: UnsafeMutableBufferPointer<Float>
  private let batchSize: Int
  private let stepsPerEpoch: Int
  private let loss: SoftmaxCrossEntropy
  private let teacher: TeacherRun?
  private let masks: ParameterMasks
  private let ties: ParameterTies
  private let schedule: LearningRateSchedule
  private var optimizer: any Optimizer
  private var steps = 0

  init(
    _ graph: Graph, batches: some TrainingBatches, configuration: TrainingConfiguration,
    teacher: Teacher?, masks: ParameterMasks, ties: ParameterTies, from state: TrainingState?,
    pool: WorkerPool
  ) throws {
    let graph = try state?.applied(to: graph) ?? graph
    batchSize = configuration.batchSize
    stepsPerEpoch = batches.exampleCount / batchSize
    guard stepsPerEpoch > 0 else {
      throw TrainingError.noFullBatch(batchSize: batchSize, examples: batches.exampleCount)
    }
    original = graph
    let value = try graph.classScores()
    executor = try Executor(
      graph.computing(value), batch: batchSize, mode: .training, differentiatingInputs: false,
      pool: pool)
    let batch = Shape([batchSize] + batches.exampleShape.extents)
    let input = try TrainingRun.inputName(of: executor, expecting: batch)
    inputs = try executor.input(input)
    scores = try executor.output(value)
    scoreGradient = try executor.outputGradient(value)
    try TrainingRun.checkScores(executor.outputShape(value), value: value, examples: batchSize)
    let loss = SoftmaxCrossEntropy(labelSmoothing: configuration.labelSmoothing)
    self.loss = loss
    self.teacher = try teacher.map { [scores] in
      try TeacherRun($0, crossEntropy: loss, batch: batch, scoreCount: scores.count, pool: pool)
    }
    self.masks = masks
    try masks.check(executor.parameters)
    self.ties = ties
    try ties.check(executor.parameters)
    masks.apply(toValuesOf: executor.parameters)
    executor.parametersChanged()
    schedule = configuration.makeSchedule(stepsPerEpoch: stepsPerEpoch)
    optimizer = configuration.makeOptimizer()
    if let state {
      optimizer = try state.optimizer.applied(to: optimizer, executor.parameters)
      steps = state.steps
    }
  }

  private static func checkScores(
    _ shape: Shape?, value: String, examples: Int
  ) throws(TrainingError) {
    guard let shape, shape.count >= examples, shape.extents.first == examples else {
      throw .scores(
        value: value, expected: "\(examples) × classes", found: shape?.description ?? "nothing")
    }
  }

  /// The only input of a network that takes such a batch.
  static func inputName(
    of executor: Executor, expecting shape: Shape
  ) throws(GraphError) -> String {
    let names = executor.graph.inputs.map(\.name)
    guard names.count == 1, let name = names.first else {
      throw .input(
        name: names.joined(separator: ", "), expected: "one input", found: "\(names.count)")
    }
    guard let found = executor.inputShape(name), found == shape else {
      throw .input(
        name: name, expected: executor.inputShape(name)?.description ?? "floats",
        found: "examples of \(shape) as a batch")
    }
    return name
  }

  /// One pass over the data.
  mutating func train(on epoch: some TrainingEpoch, number: Int) throws -> EpochReport {
    var (loss, correct) = (0.0, 0)
    for index in 0..<stepsPerEpoch {
      let value = try step(labels: epoch.fill(inputs, withBatch: index), epoch: number)
      loss += value.mean
      correct += value.correct
    }
    return EpochReport(
      epoch: number, steps: steps, meanLoss: loss / Double(stepsPerEpoch),
      trainingAccuracy: Double(correct) / Double(stepsPerEpoch * batchSize),
      learningRate: schedule.rate(atStep: steps - 1), graph: trained(),
      optimizer: OptimizerState(optimizer))
  }

  /// One step on the examples that stand in the input.
  private mutating func step(
    labels: [Int], epoch: Int
  ) throws(TrainingError) -> SoftmaxCrossEntropy.Value {
    let classes = scores.count / batchSize
    try SoftmaxCrossEntropy.check(labels, examples: batchSize, classes: classes)
    let answer = teacher?.answer(inputs)
    executor.forward()
    let known = UnsafeBufferPointer(scores)
    var value = loss.evaluate(known, labels: labels, classes: classes, gradient: scoreGradient)
    if let teacher, let answer {
      value = teacher.loss.combine(
        value, known, teacher: answer, examples: batchSize, gradient: scoreGradient)
    }
    guard value.mean.isFinite else {
      throw .nonFiniteLoss(epoch: epoch, step: steps + 1, loss: value.mean)
    }
    executor.backward(parameters: .written)
    ties.apply(toGradientsOf: executor.parameters)
    masks.apply(toGradientsOf: executor.parameters)
    optimizer.step(executor.parameters, learningRate: schedule.rate(atStep: steps))
    ties.apply(toValuesOf: executor.parameters)
    masks.apply(toValuesOf: executor.parameters)
    executor.parametersChanged()
    steps += 1
    return value
  }

  /// The graph that training started from, with parameters and running statistics as they now are.
  func trained() -> Graph {
    var graph = original
    graph.initializers.merge(executor.updatedGraph().initializers) { _, trained in trained }
    return graph
  }
}
