import Compression
import CompressionEnvironments
import Datasets
import Networks
import Tensors

/// Makes the spaces of a search for channels, bits or both, and the problem that they pose.
struct SearchParts {
  let definition: EnvironmentDefinition
  let graph: Graph
  let calibration: LabelledImages
  /// What prices layers; nil counts neither time nor energy.
  let device: PricingDevice?
  /// Trains candidates of bits before they are measured; nil leaves them as they are quantised.
  let training: EpisodeTraining?
  let streams: RandomStreams
  let pool: WorkerPool

  /// The channels that a search decides about.
  ///
  /// - Throws: `CompressionError.nothingToPrune`; what pruning and pricing throw.
  func channels() throws -> ChannelSpace {
    let pruner = try ChannelPruner(
      graph, images: calibration.tensor(definition.preprocessing), labels: calibration.labels,
      settings: definition.pruning, streams: streams, pool: pool)
    return try ChannelSpace(
      pruner,
      widths: WidthRules(
        definition.widths, smallestKeep: definition.smallestKeep,
        multiple: definition.channelMultiple),
      device: device.map {
        try DeviceCosts(
          pruner.original, dependencies: pruner.dependencies, model: $0.model, batch: $0.batch)
      })
  }

  /// The bits that a search decides about, with the channels where both are.
  ///
  /// - Throws: `HardwareError` for bits or layers that the device does not take; what quantising throws.
  func bits(_ settings: QuantizationSettings, channels: ChannelSpace?) throws -> BitSearch {
    try BitSearch(
      graph, settings, channels: channels, device: device,
      images: calibration.tensor(definition.preprocessing), training: training, streams: streams,
      pool: pool)
  }

  /// The problem, with limits in the costs of its space.
  ///
  /// - Throws: `CompressionError.unreachableBudget` with the smallest reachable; `EspalierError.budget`.
  func problem(
    _ channels: ChannelSpace?, _ bits: BitSearch?, original: Graph,
    evaluator: any Evaluator
  ) throws -> SearchProblem {
    guard let space: any SearchSpace = bits?.searched ?? channels else {
      throw EspalierError.setting(name: "kind", expected: "channels or bits", found: "neither")
    }
    let uniform = bits.map { bits in { bits.space.cost(bits.space.uniform($0)) } }
    return try SearchProblem(
      space,
      limits: { original in
        try definition.budgets.map { try $0.limit(original: original, uniform: uniform) }
      },
      reward: definition.reward,
      originalAccuracy: definition.reward.comparesAccuracy ? evaluator.evaluate(original) : 0,
      evaluator: evaluator)
  }
}
