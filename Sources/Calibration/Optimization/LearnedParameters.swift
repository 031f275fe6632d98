import Networks
import Tensors

/// The parameters of a softly rounded network in an executor's memory, by what they are.
struct LearnedParameters {
  let logits: [Parameter]
  let biases: [Parameter]
  /// The factors of the scales of weights.
  let factors: [Parameter]
  /// The factors of the scales of activations.
  let activations: [Parameter]
  /// What is set from pass to pass at each quantiser of an activation.
  let controls: [Parameter]
  private let weightCount: Int

  init(_ executor: Executor, _ network: SoftlyRoundedNetwork, _ learned: RoundingRun.Learned) {
    func parameters(_ names: [String]) -> [Parameter] {
      let names = Set(names)
      return executor.parameters.filter { names.contains($0.name) }
    }
    logits = parameters(network.layers.map(\.logits))
    biases = learned.biases ? parameters(network.layers.compactMap(\.bias)) : []
    factors = learned.factors ? parameters(network.layers.map(\.factor)) : []
    activations = learned.activations ? parameters(network.activations.map(\.factor)) : []
    controls = parameters(network.activations.map(\.control))
    weightCount = max(1, logits.reduce(0) { $0 + $1.values.count })
  }

  /// The numbers of all that is learned.
  var values: [String: PackedFloats] {
    get {
      Dictionary(
        (logits + biases + factors + activations).map { ($0.name, PackedFloats($0.values)) }
      ) { first, _ in first }
    }
    nonmutating set {
      for parameter in logits + biases + factors + activations {
        guard let given = newValue[parameter.name]?.values, given.count == parameter.values.count
        else { continue }
        _ = parameter.values.update(fromContentsOf: given)
      }
    }
  }

  /// Adds the gradient of `strength` · R / W to the gradients of the logits.
  func regularize(beta: Double, strength: Double, pool: WorkerPool) {
    let logits = logits
    let perWeight = Float(strength / Double(weightCount))
    pool.run(shards: logits.count) { index in
      guard let values = logits[index].values.baseAddress,
        let gradients = logits[index].gradients.baseAddress
      else { return }
      RoundingRegularizer.addGradient(
        values, count: logits[index].values.count, beta: Float(beta), strength: perWeight,
        to: gradients)
    }
  }
}
