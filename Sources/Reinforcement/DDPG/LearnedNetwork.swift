import Networks
import Tensors

/// A network that is trained, its slowly following target, and its optimiser.
struct LearnedNetwork {
  /// The network under training, for a batch.
  let online: Executor
  /// θ′, for a batch.
  let target: Executor
  var optimizer: Adam
  let learningRate: Double

  init(
    _ graph: Graph, batch: Int, outputs: [String], learningRate: Double, weightDecay: Double = 0,
    pool: WorkerPool
  ) throws(GraphError) {
    online = try Executor(graph, batch: batch, mode: .training, outputs: outputs, pool: pool)
    // Not `.inference`, because a target's parameters are written at every update.
    target = try Executor(
      graph, batch: batch, mode: .differentiable, differentiatingInputs: false, pool: pool)
    optimizer = Adam(weightDecay: weightDecay)
    self.learningRate = learningRate
  }

  /// One step of the optimiser, and θ′ ← θ′ + τ·(θ − θ′).
  mutating func step(targetUpdateRate: Double) {
    optimizer.step(online.parameters, learningRate: learningRate)
    online.parametersChanged()
    for (source, target) in zip(online.parameters, target.parameters) {
      guard let from = source.values.baseAddress, let to = target.values.baseAddress else {
        continue
      }
      Kernels.softUpdate(
        source: from, target: to, rate: Float(targetUpdateRate), count: source.values.count)
    }
    target.parametersChanged()
  }

  var state: DDPGState.Network {
    DDPGState.Network(
      online: LearnedNetwork.values(of: online), target: LearnedNetwork.values(of: target),
      optimizer: optimizer.state)
  }

  mutating func restore(_ state: DDPGState.Network) throws(EnvironmentError) {
    try LearnedNetwork.write(state.online, to: online)
    try LearnedNetwork.write(state.target, to: target)
    optimizer.state = state.optimizer
  }

  static func values(of executor: Executor) -> [String: PackedFloats] {
    Dictionary(
      executor.parameters.map { ($0.name, PackedFloats($0.values)) },
      uniquingKeysWith: { first, _ in first })
  }

  static func write(
    _ values: [String: PackedFloats], to executor: Executor
  ) throws(EnvironmentError) {
    for parameter in executor.parameters {
      guard let saved = values[parameter.name]?.values, saved.count == parameter.values.count
      else {
        throw .savedState(
          expected: "\(parameter.values.count) numbers for \(parameter.name)",
          found: "\(values[parameter.name]?.values.count ?? 0)")
      }
      _ = parameter.values.update(fromContentsOf: saved)
    }
    executor.parametersChanged()
  }
}
