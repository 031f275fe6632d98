import Compression
import CompressionEnvironments
import CompressionPolicies
import Datasets
import Dispatch
import Foundation
import Interchange
import Networks
import Tensors

/// Trains the best candidates of a search further, and the original network beside them.
///
/// Each finalist is trained for `epochs`; the one that is best on the validation images then for
/// `finalEpochs` more, with the learning rate from its start again. The test images are looked at once
/// after that. The original network goes through both stages, so that what training alone is worth
/// stands beside what the candidate gained. No image of the validation set is trained on.
///
/// Quantised candidates are trained with their quantisers in place: gradients pass them straight through,
/// scales of weights and activations stay as they were calibrated, normalisations take the batch's statistics
/// and move their running ones, and shared weights (k-means) go on sharing their values. The original network
/// stays a network of floats, as the teacher does.
///
/// The finalist at index i draws from the streams `fine-tuning/i/selection/…` and
/// `fine-tuning/i/final/…`, the original network from `fine-tuning/original/…`.
struct FineTuning {
  let settings: FineTuningSettings
  private let batches: LoaderBatches
  private let original: Graph
  private let validation: ClassificationEvaluator
  private let test: ClassificationEvaluator?
  private let streams: RandomStreams
  private let pool: WorkerPool

  /// Makes ready, and finds out before a search whether its candidates can be trained.
  ///
  /// - Parameter images: what is trained on, without the validation images.
  /// - Throws: `EspalierError.setting` when they fill no batch, `DatasetError` when they cannot be
  ///   augmented, `TrainingError.scores` when the network has not one output.
  init(
    _ settings: FineTuningSettings, images: LabelledImages, preprocessing: Preprocessing,
    original: Graph, validation: ClassificationEvaluator, test: ClassificationEvaluator?,
    streams: RandomStreams, pool: WorkerPool
  ) throws {
    guard images.count >= settings.batch else {
      throw EspalierError.setting(
        name: "fineTuning.batch", expected: "at most \(images.count), the images to train on",
        found: "\(settings.batch)")
    }
    batches = LoaderBatches(
      loader: try BatchLoader(
        images, preprocessing: preprocessing, batchSize: settings.batch,
        augmentation: settings.augmentation.augmentation, dropsIncomplete: true))
    _ = try original.classScores()
    self.settings = settings
    self.original = original
    self.validation = validation
    self.test = test
    self.streams = streams.under("fine-tuning")
    self.pool = pool
  }

  /// Trains the finalists, writes `fine-tuned.onnx` and `fine-tuning.json`; nothing is trained where
  /// a finished run left both for the same finalists.
  ///
  /// - Parameters:
  ///   - finalists: the best candidates, the best first, at least one.
  ///   - network: makes the network of a candidate's choices, in the form that is trained.
  ///   - ties: the weights of such a network that share values.
  /// - Throws: `EspalierError.interrupted` when asked to stop; what training and measuring throw.
  func run(
    _ finalists: [SearchEpisode], in directory: RunDirectory, _ checkpoints: CheckpointRule,
    network: ([Int]) throws -> Graph, ties: (Graph) -> ParameterTies = { _ in ParameterTies() },
    onProgress: (FineTuningProgress) -> Void
  ) throws -> FineTuningRecord {
    if let known = record(in: directory, of: finalists) {
      forget(in: directory)
      return known
    }
    func train(
      _ graph: Graph, _ name: String, _ epochs: Int, _ path: String, _ ties: ParameterTies
    ) throws -> Graph {
      try self.train(
        graph, name, epochs: epochs, path: path, ties: ties, in: directory, checkpoints,
        onProgress: onProgress)
    }
    let choice = try choose(finalists, network: network) {
      try train($0, $1, settings.epochs, $2, ties($0))
    }
    let tuned = try train(
      choice.graph, "the best candidate", settings.finalEpochs, "\(choice.index)/final",
      ties(choice.graph))
    let originalTop1 = try test.map { test in
      let name = "the original network"
      let none = ParameterTies()
      let first = try train(original, name, settings.epochs, "original/selection", none)
      return try test.evaluate(
        train(first, name, settings.finalEpochs, "original/final", none))
    }
    let record = FineTuningRecord(
      settings: settings, finalists: choice.finalists, survivor: choice.index,
      validation: try validation.evaluate(tuned), top1: try test?.evaluate(tuned),
      originalTop1: originalTop1)
    try ONNXFile.write(tuned, to: directory.fineTuned)
    try AtomicFile.write(Data(CanonicalJSON.file(record.json).utf8), to: directory.fineTuning)
    forget(in: directory)
    return record
  }

  /// Trains every finalist for as long and chooses the best, the first of equals.
  private func choose(
    _ finalists: [SearchEpisode], network: ([Int]) throws -> Graph,
    train: (Graph, String, String) throws -> Graph
  ) throws -> (index: Int, graph: Graph, finalists: [FineTuningRecord.Finalist]) {
    var measured: [FineTuningRecord.Finalist] = []
    var best: (index: Int, graph: Graph, validation: Double)?
    for (index, finalist) in finalists.enumerated() {
      let graph = try train(
        network(finalist.candidate.choices), "candidate \(index + 1)/\(finalists.count)",
        "\(index)/selection")
      let validation = try validation.evaluate(graph)
      measured.append(FineTuningRecord.Finalist(finalist, fineTunedValidation: validation))
      if best.map({ validation > $0.validation }) ?? true { best = (index, graph, validation) }
    }
    guard let best else {
      throw EspalierError.setting(name: "fineTuning", expected: "a candidate", found: "none")
    }
    return (best.index, best.graph, measured)
  }

  /// What a finished run wrote, if it speaks of the same finalists.
  private func record(
    in directory: RunDirectory, of finalists: [SearchEpisode]
  ) -> FineTuningRecord? {
    guard FileManager.default.fileExists(atPath: directory.fineTuned.path),
      let bytes = FileManager.default.contents(atPath: directory.fineTuning.path),
      let value = try? CanonicalJSON.parse(bytes: bytes),
      let record = try? FineTuningRecord(JSONReader(value)), record.settings == settings,
      record.finalists.map(\.widths) == finalists.map(\.candidate.choices),
      record.finalists.map(\.validation) == finalists.map(\.candidate.accuracy)
    else { return nil }
    return record
  }

  /// One stage of training: what is trained, for how long, drawing from what.
  private struct Stage {
    let network: String
    let epochs: Int
    let streams: RandomStreams
    var masks = ParameterMasks()
    var ties = ParameterTies()
  }

  /// Trains a network for one stage, or the rest of one: a run that goes on begins at the last checkpoint.
  ///
  /// - Parameters:
  ///   - name: what progress calls it.
  ///   - path: it draws from the streams `fine-tuning/path/…`.
  /// - Throws: `EspalierError.interrupted` when asked to stop; what training throws.
  func train(
    _ graph: Graph, _ name: String, epochs: Int, path: String,
    masks: ParameterMasks = ParameterMasks(), ties: ParameterTies = ParameterTies(),
    in directory: RunDirectory, _ checkpoints: CheckpointRule,
    onProgress: (FineTuningProgress) -> Void
  ) throws -> Graph {
    let stage = Stage(
      network: name, epochs: epochs, streams: streams.under(path), masks: masks, ties: ties)
    let saved = TrainingCheckpoints(
      checkpoints.folder(directory, "\(Self.checkpointName) \(path)", graph.parameterHash),
      clock: checkpoints.clock(), savesLast: true)
    let trained = try train(graph, stage, saved, onProgress: onProgress)
    if Interruption.isRequested {
      throw EspalierError.interrupted(folder: directory.folder.path)
    }
    return trained
  }

  private static let checkpointName = "training"

  /// Takes the checkpoints of all stages away: what they led to stands in the run's files.
  func forget(in directory: RunDirectory) {
    CheckpointFolder(directory.checkpoints, name: Self.checkpointName, identity: "").removeAll()
  }

  private func train(
    _ graph: Graph, _ stage: Stage, _ saved: TrainingCheckpoints,
    onProgress: (FineTuningProgress) -> Void
  ) throws -> Graph {
    let configuration = settings.configuration(epochs: stage.epochs)
    let teacher = Teacher(
      original, weight: settings.distillation, temperature: settings.temperature)
    let start = DispatchTime.now().uptimeNanoseconds
    return try saved.train(from: graph, epochs: stage.epochs) { state, save in
      try Trainer.train(
        graph, on: batches, configuration: configuration,
        teacher: settings.distillation == 0 ? nil : teacher, masks: stage.masks,
        ties: stage.ties, from: state, streams: stage.streams, pool: pool
      ) { report in
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        try save(report)
        onProgress(
          FineTuningProgress(
            network: stage.network,
            training: TrainingProgress(
              report, configuration, since: state?.epoch ?? 0, seconds: seconds)))
        return !Interruption.isRequested
      }
    }
  }
}

extension FineTuningRecord.Finalist {
  init(_ episode: SearchEpisode, fineTunedValidation: Double) {
    self.init(
      episode: episode.index, widths: episode.candidate.choices, reward: episode.candidate.reward,
      validation: episode.candidate.accuracy, fineTunedValidation: fineTunedValidation)
  }
}
