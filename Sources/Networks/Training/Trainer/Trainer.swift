public import Tensors

/// Trains a classifier: scores against labels by softmax cross-entropy, and against a teacher's scores
/// where there is one.
public enum Trainer {
  /// Trains a graph with one input and one output of class scores, or a softmax of them.
  ///
  /// Each step takes the mean loss of a batch, its gradient with respect to all parameters, and one
  /// step of the optimiser; BatchNormalization takes the batch's statistics and moves its running
  /// ones. The result depends on graph, data, configuration and seed alone, bit for bit, not on the
  /// number of threads.
  ///
  /// A teacher sees the same augmented batch, in inference; `DistillationLoss` says how its scores
  /// count. Of a softmax, of student and teacher alike, what it is taken of is compared.
  ///
  /// - Parameters:
  ///   - graph: where training starts from.
  ///   - batches: the examples.
  ///   - configuration: everything that can be chosen.
  ///   - teacher: a network to learn from; nil learns from labels alone.
  ///   - masks: elements of parameters that are held at zero.
  ///   - ties: elements of parameters that share a value.
  ///   - state: where an earlier training of the same graph stopped; nil begins.
  ///   - streams: epoch n (from 1) draws from the stream `training epoch n`.
  ///   - pool: the threads to use.
  ///   - onEpoch: called after each epoch; training ends when it returns false.
  /// - Returns: the same graph with new parameters and running statistics.
  /// - Throws: `TrainingError`, among them `.scores` for a teacher of other classes, `.mask` for masks
  ///   and ties that fit no parameter, `.state` for one of another training, `.nonFiniteLoss` when training diverges; `GraphError` when the graph
  ///   cannot be run on such examples; what `batches` and `onEpoch` throw.
  public static func train<Batches: TrainingBatches>(
    _ graph: Graph, on batches: Batches,
    configuration: TrainingConfiguration = TrainingConfiguration(), teacher: Teacher? = nil,
    masks: ParameterMasks = ParameterMasks(), ties: ParameterTies = ParameterTies(),
    from state: TrainingState? = nil, streams: RandomStreams,
    pool: WorkerPool = WorkerPool(), onEpoch: (EpochReport) throws -> Bool = { _ in true }
  ) throws -> Graph {
    try configuration.validate()
    guard configuration.epochs > 0 else { return graph }
    if let state, state.epoch >= configuration.epochs { return try state.applied(to: graph) }
    var run = try TrainingRun(
      graph, batches: batches, configuration: configuration, teacher: teacher, masks: masks,
      ties: ties, from: state, pool: pool)
    for number in (max(state?.epoch ?? 0, 0) + 1)...configuration.epochs {
      var stream = streams.stream("training epoch \(number)")
      let epoch = try batches.epoch(batchSize: configuration.batchSize, shuffledBy: &stream)
      guard try onEpoch(run.train(on: epoch, number: number)) else { break }
    }
    return run.trained()
  }
}
