import Compression
import CompressionEnvironments
import Datasets
import Networks
import Tensors

/// Trains every candidate of a search for bits for a few steps before it is measured.
///
/// What is drawn follows from the candidate alone, the stream `episode training/c₁,c₂,…` of its choices: a
/// candidate that comes again, in whichever episode, is the same network.
///
/// Source: Wang et al. 2019, section 3.5, where each episode trains for one epoch. Batch, augmentation and
/// teacher are those of `FineTuningSettings`.
struct EpisodeTraining {
  private let configuration: TrainingConfiguration
  private let batches: FirstBatches
  private let teacher: Teacher?
  private let streams: RandomStreams
  private let pool: WorkerPool

  /// Makes ready; nil where the environment does not ask for it.
  ///
  /// - Parameters:
  ///   - definition: says how long and how fast.
  ///   - images: what is trained on, without the validation images.
  ///   - original: the teacher.
  /// - Throws: `EspalierError.setting` when the images fill no batch, `DatasetError` when they cannot be
  ///   augmented.
  init?(
    _ definition: EnvironmentDefinition, images: LabelledImages?, original: Graph,
    streams: RandomStreams, pool: WorkerPool
  ) throws {
    guard let rule = definition.quantization?.episodeTraining, let images else { return nil }
    let settings = definition.fineTuning ?? FineTuningSettings()
    guard images.count >= settings.batch else {
      throw EspalierError.setting(
        name: "fineTuning.batch", expected: "at most \(images.count), the images to train on",
        found: "\(settings.batch)")
    }
    var configuration = settings.configuration(epochs: 1)
    configuration.learningRate = rule.learningRate
    self.configuration = configuration
    let loader = try BatchLoader(
      images, preprocessing: definition.preprocessing, batchSize: settings.batch,
      augmentation: settings.augmentation.augmentation, dropsIncomplete: true)
    batches = FirstBatches(batches: LoaderBatches(loader: loader), count: rule.steps)
    teacher =
      settings.distillation == 0
      ? nil
      : Teacher(original, weight: settings.distillation, temperature: settings.temperature)
    self.streams = streams.under("episode training")
    self.pool = pool
  }

  /// A candidate after its steps.
  ///
  /// - Parameters:
  ///   - graph: the candidate, with quantisers.
  ///   - choices: its choices.
  ///   - ties: its weights that share values.
  /// - Throws: what training throws.
  func train(_ graph: Graph, choices: [Int], ties: ParameterTies) throws -> Graph {
    try Trainer.train(
      graph, on: batches, configuration: configuration, teacher: teacher, ties: ties,
      streams: streams.under(choices.map { "\($0)" }.joined(separator: ",")), pool: pool)
  }
}

/// The first batches of a pass, from its beginning again where there are not enough.
private struct FirstBatches: TrainingBatches {
  let batches: LoaderBatches
  let count: Int

  var exampleCount: Int { count * batches.loader.batchSize }
  var exampleShape: Shape { batches.exampleShape }

  func epoch(batchSize: Int, shuffledBy stream: inout SeededGenerator) throws -> Epoch {
    Epoch(
      epoch: try batches.epoch(batchSize: batchSize, shuffledBy: &stream),
      count: max(batches.exampleCount / batchSize, 1))
  }

  struct Epoch: TrainingEpoch {
    let epoch: LoaderBatches.Epoch
    let count: Int

    func fill(
      _ inputs: UnsafeMutableBufferPointer<Float>, withBatch index: Int
    ) throws -> [Int] {
      try epoch.fill(inputs, withBatch: index % count)
    }
  }
}

/// A space whose candidates are trained for a few steps before they are measured.
final class TrainedBitSpace: SearchSpace {
  private let space: any SearchSpace
  private let make: ([Int]) throws -> Graph

  /// A space.
  ///
  /// - Parameter make: makes a candidate's network and trains it.
  init(_ space: any SearchSpace, make: @escaping ([Int]) throws -> Graph) {
    self.space = space
    self.make = make
  }

  var decisions: [Decision] { space.decisions }
  var originalCost: NetworkCost { space.originalCost }
  var quantities: [CostQuantity] { space.quantities }
  var choiceName: String { space.choiceName }
  var fillsProfiles: Bool { space.fillsProfiles }

  func cost(_ choices: [Int], in quantity: CostQuantity) -> Int {
    space.cost(choices, in: quantity)
  }

  func network(_ choices: [Int]) throws -> Graph { try make(choices) }
}
