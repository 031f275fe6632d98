import Compression
import CompressionEnvironments
import CompressionPolicies
import Foundation
import Hardware
import Networks
import Tensors

/// What a search for bits needs beside a problem: quantised candidates, their costs, the rule that brings
/// them to the budget.
struct BitSearch {
  let space: BitSpace
  let candidates: QuantizedCandidates
  let rule: BudgetRule
  /// The device's name; nil where none is asked.
  let device: String?
  /// The short training of candidates; nil where they are measured as they are quantised.
  private let training: EpisodeTraining?

  /// Gathers ranges and measures sensitivities.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - settings: the environment's.
  ///   - device: what prices layers; nil counts neither time nor energy.
  ///   - images: calibration images, preprocessed.
  ///   - training: trains every candidate before it is measured.
  /// - Throws: `HardwareError` for bits or layers that the device does not take; what quantising throws.
  init(
    _ graph: Graph, _ settings: QuantizationSettings, device: PricingDevice?, images: Tensor,
    training: EpisodeTraining?, streams: RandomStreams, pool: WorkerPool
  ) throws {
    self.training = training
    let candidates = try QuantizedCandidates(
      graph, images: images, settings: settings.clips, normalization: settings.normalization,
      streams: streams, pool: pool)
    // Shared values are decoded before they are computed with: a device sees no fewer bits.
    let priced = settings.rules.quantizer == .kMeans ? nil : device
    let costs = try QuantizedCosts(
      candidates.graph, quantized: candidates.layers,
      device: priced.map { try DeviceCosts(candidates.graph, model: $0.model, batch: $0.batch) })
    self.candidates = candidates
    let space = try BitSpace(
      candidates, costs: costs, rules: settings.rules.limited(to: priced?.model.supportedBits))
    self.space = space
    self.device = priced?.name
    switch settings.budgetRule {
    case .sequential: rule = .sequential
    case .sensitivity:
      let count = min(settings.sensitivityImages, images.shape[0])
      let sensitivity = try BitSensitivity(
        space, original: candidates.graph, images: images.prefix(count), pool: pool)
      rule = .sensitivity(losses: sensitivity.losses)
    }
  }

  /// What is searched: the space, its candidates trained where the environment says so.
  var searched: any SearchSpace {
    training == nil ? space : TrainedBitSpace(space, make: network)
  }

  /// A candidate's network with its quantisers as nodes, to be trained on or written.
  ///
  /// - Throws: what quantising and training throw.
  func network(_ choices: [Int]) throws -> Graph {
    let graph = try candidates.network(space.quantizations(choices), form: .nodes)
    return try training?.train(graph, choices: choices, ties: ties(of: graph)) ?? graph
  }

  /// The weights of a candidate that share values.
  func ties(of graph: Graph) -> ParameterTies {
    guard space.layout.rules.quantizer == .kMeans else { return ParameterTies() }
    return ParameterTies(equalElementsOf: graph, in: candidates.layers.map(\.weight))
  }

  /// Makes what agents act in.
  var environment: LearningSearch.EnvironmentMaker {
    { [space, rule] in HAQEnvironment($0, space, rule: rule) }
  }
}

extension BitRules {
  /// The rules without bits that a device lacks; all of them where it has none of them, for the device to
  /// refuse by name.
  fileprivate func limited(to supported: SupportedBits?) -> BitRules {
    guard let supported else { return self }
    var rules = self
    let weights = weightBits.filter(supported.weights.contains)
    let activations = activationBits.filter(supported.activations.contains)
    if !weights.isEmpty { rules.weightBits = weights }
    if !activations.isEmpty { rules.activationBits = activations }
    return rules
  }
}

extension Tensor {
  /// The first examples.
  fileprivate func prefix(_ count: Int) -> Tensor {
    let size = scalars.count / max(shape[0], 1)
    return Tensor(shape: Shape([count] + shape.extents.dropFirst())) {
      scalars[$0 % (count * size)]
    }
  }
}
