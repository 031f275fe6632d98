import Networks
public import Tensors

/// Deep deterministic policy gradients: an actor with noise, a replay, and a learner.
///
/// Actions are kept in 0…1 of the action space inside; see `DDPG/README.md`.
public final class DDPGAgent: Agent {
  /// The name in reports.
  public let name = "ddpg"
  /// The settings.
  public let configuration: DDPGConfiguration

  let observationCount: Int
  let actionSpace: BoxSpace
  var learner: DDPGLearner
  private let isTransferred: Bool
  /// Episodes of actions in 0…1, one for each step, that a warm-up may begin with and explore around.
  private let starts: [[[Double]]]
  /// The actor for one observation; its parameters are copied when they are stale.
  private let actor: Executor
  var actorIsStale = true
  private var assembler: ExperienceAssembler
  var replay: ReplayBuffer
  var priorities: ReplayPriorities?
  var returns = ReturnNormalizer()
  var explorationStream: SeededGenerator
  var replayStream: SeededGenerator
  var episodeCount = 0
  var stepCount = 0
  var episodesAfterWarmup = 0

  private var exploring = true
  private var standardDeviation = 0.0
  /// What noise remembers of the episode's earlier steps.
  private var drift: [Double] = []
  /// Steps of the episode that were acted in, and those that the agent was told of: fewer where the
  /// environment settles at the end.
  private var actedSteps = 0
  private var stepsInEpisode = 0
  private var history: [Double] = []

  /// An agent that has learned nothing yet, or what another one has learned.
  ///
  /// With a saved state it begins with that agent's networks and return normaliser, and the warm-up is
  /// `transferWarmupEpisodes` of the actor with its first noise.
  ///
  /// - Parameters:
  ///   - observationSpace: what it will see.
  ///   - actionSpace: what it may do; bounded.
  ///   - configuration: the settings.
  ///   - streams: streams for initial weights, exploration and replay are taken from here by name.
  ///   - starts: the actions of whole episodes that are sensible beginnings, for `WarmupExploration`.
  ///   - saved: what to begin with; nil begins with random networks.
  ///   - pool: the threads of its networks.
  /// - Throws: `DDPGError.setting`, `EnvironmentError.unsuitable` for unbounded actions,
  ///   `DDPGTransferError` for a saved state that does not fit.
  public init(
    observationSpace: BoxSpace, actionSpace: BoxSpace,
    configuration: DDPGConfiguration = DDPGConfiguration(), streams: RandomStreams,
    starts: [[[Double]]] = [], from saved: DDPGState? = nil,
    pool: WorkerPool = WorkerPool(threads: 1)
  ) throws {
    try configuration.validate()
    guard actionSpace.isBounded else {
      throw EnvironmentError.unsuitable(
        agent: "ddpg", expected: "finite action bounds", found: "\(actionSpace)")
    }
    self.configuration = configuration
    self.actionSpace = actionSpace
    observationCount = observationSpace.count
    var weightStream = streams.stream("ddpg/weights")
    learner = try DDPGLearner(
      observationCount: observationSpace.count + (configuration.stepInputs ?? 0),
      actionCount: actionSpace.count, configuration: configuration, using: &weightStream,
      targetNoise: streams.stream("ddpg/target-noise"), pool: pool)
    isTransferred = saved != nil
    self.starts = starts.map { episode in
      episode.map { action in
        actionSpace.normalized(actionSpace.clamped(action)).map { (Double($0) + 1) / 2 }
      }
    }
    if let saved {
      try saved.checkFits(
        configuration, observationCount: observationSpace.count, actionSpace: actionSpace)
      try learner.take(saved.tensors)
      returns = saved.returns
    }
    actor = try Executor(
      learner.actor.online.graph, batch: 1, mode: .differentiable, differentiatingInputs: false,
      pool: pool)
    assembler = ExperienceAssembler(
      discount: configuration.discount,
      bootstrapSteps: configuration.returnTarget == .monteCarlo
        ? Int.max : configuration.bootstrapSteps,
      rewardAssignment: configuration.rewardAssignment)
    replay = ReplayBuffer(
      capacity: configuration.replayCapacity,
      observationCount: observationSpace.count + (configuration.stepInputs ?? 0)
        + (configuration.criticActionHistory ?? 0) * actionSpace.count,
      actionCount: actionSpace.count)
    if configuration.replay == .prioritised {
      priorities = ReplayPriorities(
        capacity: replay.capacity, exponent: configuration.priorityExponent)
    }
    explorationStream = streams.stream("ddpg/exploration")
    replayStream = streams.stream("ddpg/replay")
  }

  /// What the agent has learned; asked for between episodes.
  public var state: DDPGState {
    DDPGState(
      configuration: configuration, observationCount: observationCount, actionSpace: actionSpace,
      returns: returns, tensors: learner.tensors)
  }

  /// What updates came to since the episode began, or the last one after its end.
  public var learningFigures: LearningFigures { learner.figures }

  /// The deviation of the noise on the actor's actions in this episode, or in the last one after its end;
  /// nil where nothing was explored or where actions were drawn evenly.
  public private(set) var explorationDeviation: Double?

  /// Whether nothing is learned yet.
  public var isWarmingUp: Bool {
    isTransferred
      ? episodeCount < configuration.transferWarmupEpisodes
      : episodeCount < configuration.warmupEpisodes || stepCount < configuration.warmupSteps
  }

  /// Fixes the noise of an episode.
  public func beginEpisode(_ index: Int, exploring: Bool) {
    self.exploring = exploring
    (actedSteps, stepsInEpisode, drift) = (0, 0, [])
    history = [Double](
      repeating: 0, count: (configuration.criticActionHistory ?? 0) * actionSpace.count)
    assembler.begin()
    standardDeviation = configuration.noise.standardDeviation(afterWarmup: episodesAfterWarmup)
    guard exploring else { return }
    learner.figures = LearningFigures()
    let isDrawn = isWarmingUp && !isTransferred && configuration.warmupExploration != .noise
    explorationDeviation = isDrawn ? nil : standardDeviation
  }

  /// The actor's action, with noise while exploring.
  ///
  /// - Throws: `EnvironmentError.unsuitable` for an observation of another length.
  public func act(_ observation: [Double]) throws -> [Double] {
    guard observation.count == observationCount else {
      throw EnvironmentError.unsuitable(
        agent: "ddpg", expected: "\(observationCount) components in an observation",
        found: "\(observation.count)")
    }
    defer { actedSteps += 1 }
    if exploring, isWarmingUp, !isTransferred {
      switch configuration.warmupExploration {
      case .uniform: return actionSpace.sample(using: &explorationStream)
      case .suggestion: return suggestedAction()
      case .noise: if let action = startingAction() { return action }
      }
    }
    var action = try actorAction(observation)
    if exploring {
      action = configuration.noise.applied(
        to: action, standardDeviation: standardDeviation, drift: &drift, using: &explorationStream)
    }
    return actionSpace.denormalized(action.map { 2 * $0 - 1 })
  }

  /// What the starts say for the first episodes, a start each as it is; nil afterwards.
  private func startingAction() -> [Double]? {
    guard episodeCount < starts.count, actedSteps < starts[episodeCount].count else { return nil }
    return actionSpace.denormalized(starts[episodeCount][actedSteps].map { 2 * $0 - 1 })
  }

  /// Each start as it is, then the first with the noise of the warm-up's present episode; a uniform draw
  /// where there is none.
  private func suggestedAction() -> [Double] {
    if let action = startingAction() { return action }
    guard let first = starts.first, actedSteps < first.count else {
      return actionSpace.sample(using: &explorationStream)
    }
    let part = Double(episodeCount) / Double(max(configuration.warmupEpisodes - 1, 1))
    let deviation = min(part, 1) * configuration.noise.standardDeviation
    var action = first[actedSteps]
    if deviation > 0 {
      action = configuration.noise.applied(
        to: action, standardDeviation: deviation, drift: &drift, using: &explorationStream)
    }
    return actionSpace.denormalized(action.map { 2 * $0 - 1 })
  }

  private func actorAction(_ observation: [Double]) throws -> [Double] {
    if actorIsStale {
      for (source, target) in zip(learner.actor.online.parameters, actor.parameters) {
        _ = target.values.update(fromContentsOf: source.values)
      }
      actor.parametersChanged()
      actorIsStale = false
    }
    _ = try actor.input("observation").update(
      fromContentsOf: (observation + stepInputs(at: actedSteps)).map { Float($0) })
    actor.forward()
    return try actor.output("action").map { Double($0) }
  }

  /// Stores what came of the action, and learns from it where updates follow every step.
  public func observe(_ step: AgentStep) throws {
    guard exploring else {
      stepsInEpisode += 1
      return
    }
    var step = step
    step.observation += stepInputs(at: stepsInEpisode) + history
    remember(step.executedAction)
    step.nextObservation += stepInputs(at: stepsInEpisode) + history
    for experience in assembler.append(step, scaledBy: actionSpace) {
      priorities?.insert(at: replay.next)
      replay.append(experience)
    }
    stepCount += 1
    if configuration.updateTiming == .step, !isWarmingUp {
      try learn(updates: configuration.updatesPerStep)
    }
  }

  /// 1 at the place of a step.
  private func stepInputs(at step: Int) -> [Double] {
    let count = configuration.stepInputs ?? 0
    let place = min(step, count - 1)
    return (0..<count).map { $0 == place ? 1 : 0 }
  }

  /// Writes an action to its place in the history, in −1…1; later places stay 0.
  private func remember(_ action: [Double]) {
    if stepsInEpisode < configuration.criticActionHistory ?? 0 {
      for (component, value) in actionSpace.normalized(action).enumerated() {
        history[stepsInEpisode * actionSpace.count + component] = Double(value)
      }
    }
    stepsInEpisode += 1
  }

  /// Takes in the return, and learns where updates follow every episode.
  public func endEpisode(return total: Double) throws {
    guard exploring else { return }
    let wasWarmingUp = isWarmingUp
    switch configuration.returnNormalization {
    case .none: break
    case .movingAverage: returns.average(total, rate: configuration.baselineRate)
    // Taken from another agent they stay, since its critic speaks in their units.
    case .warmupStatistics: if wasWarmingUp, !isTransferred { returns.accumulate(total) }
    }
    episodeCount += 1
    if !wasWarmingUp { episodesAfterWarmup += 1 }
    if configuration.updateTiming == .episode, !isWarmingUp {
      try learn(updates: configuration.updatesPerStep * stepsInEpisode)
    }
  }

  /// Updates all networks from batches of what it remembers, as it does by itself at the times that
  /// `updateTiming` says; without a memory nothing happens.
  ///
  /// - Parameter updates: how often; with `DDPGConfiguration.policyDelay` above 1 not every one moves the
  ///   actor.
  public func learn(updates: Int) throws {
    guard replay.count > 0, updates > 0 else { return }
    for _ in 0..<updates {
      let positions =
        priorities?.sample(configuration.batchSize, using: &replayStream)
        ?? replay.sample(configuration.batchSize, using: &replayStream)
      let errors = try learner.update(
        from: replay, at: positions, weights: importanceWeights(positions),
        baseline: returns.mean, scale: returns.standardDeviation)
      priorities?.update(positions, errors: errors)
    }
    actorIsStale = true
  }

  /// What makes up for uneven chances; nil where they are even.
  private func importanceWeights(_ positions: [Int]) -> [Float]? {
    priorities?.weights(
      of: positions, count: replay.count,
      correction: configuration.importanceExponent(afterWarmup: episodesAfterWarmup))
  }
}
