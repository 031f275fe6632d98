import Networks
import Tensors

/// Updates actor and critic from batches of experience.
///
///     y   = (R − w·b)/s + discount · Q′(s′, μ′(s′) + noise)    with twins the smaller Q′
///     Q   minimises  mean v·(Q(s, a) − y)²
///     μ   maximises  mean Q(s, μ(s))             at every policyDelay-th update,
///     θ′ ← θ′ + τ(θ − θ′)   for all networks     as are the targets
///
/// b and s are the return's baseline and scale, v the importance weights, 1 where replay is uniform.
/// Sources: Lillicrap et al. 2016, algorithm 1; Fujimoto et al. 2018, algorithm 1.
struct DDPGLearner {
  private(set) var actor: LearnedNetwork
  /// Q, and with `twinCritics` a second one that differs by its initial weights.
  private(set) var critics: [LearnedNetwork]
  /// What updates came to, since somebody last began anew.
  var figures = LearningFigures()
  private let configuration: DDPGConfiguration
  private let observationCount: Int
  private var updateCount = 0
  private var targetNoiseStream: SeededGenerator

  init(
    observationCount: Int, actionCount: Int, configuration: DDPGConfiguration,
    using generator: inout SeededGenerator, targetNoise: SeededGenerator, pool: WorkerPool
  ) throws {
    targetNoiseStream = targetNoise
    let networks = DDPGNetworks(
      observationCount: observationCount, actionCount: actionCount, configuration: configuration)
    self.configuration = configuration
    self.observationCount = observationCount
    actor = try LearnedNetwork(
      networks.actor(using: &generator), batch: configuration.batchSize,
      outputs: ["action", "logits"], differentiatingInputs: false,
      learningRate: configuration.actorLearningRate, pool: pool)
    critics = try (0..<(configuration.twinCritics ? 2 : 1)).map { _ in
      try LearnedNetwork(
        networks.critic(using: &generator), batch: configuration.batchSize,
        outputs: ["value"], learningRate: configuration.criticLearningRate,
        weightDecay: configuration.criticWeightDecay, pool: pool)
    }
  }

  /// One update of everything from the experiences at these positions, `batchSize` of them.
  ///
  /// - Parameter weights: importance weights, one for each position; nil stands for 1.
  /// - Returns: δ = Q(s, a) − y of the first critic before the update, one for each position.
  @discardableResult
  mutating func update(
    from replay: ReplayBuffer, at positions: [Int], weights: [Float]? = nil, baseline: Double,
    scale: Double
  ) throws -> [Float] {
    for critic in critics {
      let rows = ReplayBatch(
        observations: try critic.online.input("observation"),
        actions: try critic.online.input("action"),
        nextObservations: try critic.target.input("observation"))
      replay.copy(positions, to: rows)
    }
    let targets = try targets(
      from: replay, at: positions, baseline: Float(baseline), scale: Float(scale))
    let errors = try critics.indices.map {
      try updateCritic($0, towards: targets, weights: weights)
    }
    figures.addCritic(errors: errors[0], targets: targets, weights: weights)
    updateCount += 1
    if updateCount % configuration.policyDelay == 0 {
      try updateActor()
      for network in critics + [actor] {
        network.moveTarget(rate: configuration.targetUpdateRate)
      }
    }
    return errors[0]
  }

  /// y of every row of the batch.
  private mutating func targets(
    from replay: ReplayBuffer, at positions: [Int], baseline: Float, scale: Float
  ) throws -> [Float] {
    var targets = positions.map { position in
      (replay.rewards[position] - baseline * replay.baselineWeights[position])
        / scale
    }
    let discounts = positions.map { replay.discounts[$0] }
    guard discounts.contains(where: { $0 != 0 }) else { return targets }
    copyObservations(
      from: try critics[0].target.input("observation"), to: try actor.target.input("observation"))
    actor.target.forward()
    let actions = try actor.target.output("action")
    if let noise = configuration.targetNoise {
      for index in actions.indices {
        actions[index] = noise.applied(to: actions[index], using: &targetNoiseStream)
      }
    }
    for critic in critics {
      DDPGLearner.scale(actions, to: try critic.target.input("action"))
      critic.target.forward()
    }
    let values = try critics.map { try $0.target.output("value") }
    for row in targets.indices {
      let value = values.reduce(Float.infinity) { min($0, $1[row]) }
      targets[row] += discounts[row] * value
    }
    return targets
  }

  /// ∂/∂Q of mean v·(Q − y)² is 2v(Q − y)/batch; returns Q − y.
  private mutating func updateCritic(
    _ index: Int, towards targets: [Float], weights: [Float]?
  ) throws -> [Float] {
    // The executor alone: a copy of the network would make the optimiser copy its moments.
    let online = critics[index].online
    online.forward()
    let values = try online.output("value")
    let gradients = try online.outputGradient("value")
    let errors = targets.indices.map { values[$0] - targets[$0] }
    for (row, error) in errors.enumerated() {
      gradients[row] = 2 * error / Float(targets.count)
      if let weights { gradients[row] *= weights[row] }
    }
    online.backward(parameters: .written)
    critics[index].step()
    return errors
  }

  /// The gradient of −mean Q(s, μ(s)): the critic's with respect to its action, times 2 for the
  /// scaling from 0…1 to −1…1, carried on through the actor.
  private mutating func updateActor() throws {
    let critic = critics[0]
    copyObservations(
      from: try critic.online.input("observation"), to: try actor.online.input("observation"))
    actor.online.forward()
    DDPGLearner.scale(try actor.online.output("action"), to: try critic.online.input("action"))
    critic.online.forward()
    figures.addActor(values: try critic.online.output("value"))
    let ascent = -1 / Float(configuration.batchSize)
    try critic.online.outputGradient("value").update(repeating: ascent)
    critic.online.backward(parameters: .left)
    let actionGradients = try critic.online.inputGradient("action")
    let outputGradients = try actor.online.outputGradient("action")
    for index in outputGradients.indices { outputGradients[index] = 2 * actionGradients[index] }
    let logits = try actor.online.output("logits")
    let logitGradients = try actor.online.outputGradient("logits")
    let penalty = Float(2 * configuration.actorLogitPenalty) / Float(logits.count)
    for index in logits.indices { logitGradients[index] = penalty * logits[index] }
    actor.online.backward(parameters: .written)
    actor.step()
  }

  /// The actor's part of the critic's rows: all but the history of actions.
  private func copyObservations(
    from rows: UnsafeMutableBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Float>
  ) {
    let width = rows.count / configuration.batchSize
    for row in 0..<configuration.batchSize {
      for component in 0..<observationCount {
        target[row * observationCount + component] = rows[row * width + component]
      }
    }
  }

  /// From 0…1 to −1…1.
  private static func scale(
    _ actions: UnsafeMutableBufferPointer<Float>, to scaled: UnsafeMutableBufferPointer<Float>
  ) {
    for index in scaled.indices { scaled[index] = 2 * actions[index] - 1 }
  }

  /// The networks' parameters by name.
  var tensors: [String: Tensor] {
    critics.enumerated().reduce(into: actor.tensors("actor")) { all, critic in
      all.merge(critic.element.tensors("critic\(critic.offset + 1)")) { first, _ in first }
    }
  }

  /// Begins with saved networks.
  func take(_ tensors: [String: Tensor]) throws(DDPGTransferError) {
    try actor.take(tensors, "actor")
    for (index, critic) in critics.enumerated() {
      try critic.take(tensors, "critic\(index + 1)")
    }
  }

  /// What updates have changed so far.
  var checkpoint: Checkpoint {
    Checkpoint(
      actor: actor.checkpoint, critics: critics.map(\.checkpoint), updateCount: updateCount,
      targetNoiseStream: targetNoiseStream)
  }

  /// Becomes what was saved.
  ///
  /// - Throws: `AgentCheckpointError.part` for networks of other extents.
  mutating func restore(_ saved: Checkpoint) throws(AgentCheckpointError) {
    guard saved.critics.count == critics.count else {
      throw .part(
        agent: "ddpg", name: "critics", expected: "\(critics.count)",
        found: "\(saved.critics.count)")
    }
    try actor.restore(saved.actor)
    for index in critics.indices { try critics[index].restore(saved.critics[index]) }
    updateCount = saved.updateCount
    targetNoiseStream = saved.targetNoiseStream
  }
}
