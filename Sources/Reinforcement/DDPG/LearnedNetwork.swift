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
    _ graph: Graph, batch: Int, outputs: [String], differentiatingInputs: Bool = true,
    learningRate: Double, weightDecay: Double = 0, pool: WorkerPool
  ) throws(GraphError) {
    online = try Executor(
      graph, batch: batch, mode: .training, outputs: outputs,
      differentiatingInputs: differentiatingInputs, pool: pool)
    // Not `.inference`, because a target's parameters are written at every update.
    target = try Executor(
      graph, batch: batch, mode: .differentiable, differentiatingInputs: false, pool: pool)
    optimizer = Adam(weightDecay: weightDecay)
    self.learningRate = learningRate
  }

  /// One step of the optimiser.
  mutating func step() {
    optimizer.step(online.parameters, learningRate: learningRate)
    online.parametersChanged()
  }

  /// θ′ ← θ′ + τ·(θ − θ′).
  func moveTarget(rate: Double) {
    for (source, target) in zip(online.parameters, target.parameters) {
      guard let from = source.values.baseAddress, let to = target.values.baseAddress else {
        continue
      }
      Kernels.softUpdate(source: from, target: to, rate: Float(rate), count: source.values.count)
    }
    target.parametersChanged()
  }

  /// The trained parameters, each name behind a prefix and a stroke.
  func tensors(_ prefix: String) -> [String: Tensor] {
    Dictionary(
      online.parameters.map { parameter in
        (
          "\(prefix)/\(parameter.name)",
          Tensor(shape: parameter.shape) { parameter.values[$0] }
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Begins with these parameters; the target's become the same.
  ///
  /// - Throws: `DDPGTransferError.tensor` for one that is missing, of another shape or not finite.
  func take(_ tensors: [String: Tensor], _ prefix: String) throws(DDPGTransferError) {
    for (parameter, follower) in zip(online.parameters, target.parameters) {
      let name = "\(prefix)/\(parameter.name)"
      guard let saved = tensors[name], saved.shape == parameter.shape else {
        throw .tensor(
          name: name, expected: "the shape \(parameter.shape)",
          found: tensors[name].map { "\($0.shape)" } ?? "none")
      }
      guard saved.scalars.allSatisfy(\.isFinite) else {
        throw .tensor(name: name, expected: "finite numbers", found: "another")
      }
      _ = parameter.values.update(fromContentsOf: saved.scalars)
      _ = follower.values.update(fromContentsOf: saved.scalars)
    }
    online.parametersChanged()
    target.parametersChanged()
  }
}
