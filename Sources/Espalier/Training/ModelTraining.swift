import Compression
import Datasets
import Dispatch
import Foundation
import Interchange
import Networks
import Tensors

/// Trains a built-in network, or goes on with one from a file: what `espalier train` does.
public enum ModelTraining {
  /// Trains, writes the ONNX file, and measures it on the test split where there is one.
  ///
  /// Initial weights come from the stream `initial weights` of the seed, epochs from the streams that
  /// `Trainer` names: the same request gives the same file, at any number of threads.
  ///
  /// After each epoch it saves where it stands beside the file: see `TrainingPlace`. A request that resumes
  /// goes on from there to the same file; where nothing is saved it begins.
  ///
  /// - Throws: `EspalierError.unknownNetwork` with near names, `.setting` for a file that cannot be
  ///   written, `.trainingExists` for one whose training was stopped, unless the request resumes;
  ///   `.trainingInterrupted` when asked to stop, with the network so far saved; what reading
  ///   the network and the data throws; `TrainingError` when training diverges.
  public static func run(
    _ request: TrainingRequest, onProgress: (TrainingProgress) -> Void = { _ in },
    onNotice: @escaping (String) -> Void = { _ in }
  ) throws -> TrainingResult {
    try request.configuration.validate()
    let output = try writable(request.output)
    let place = TrainingPlace(output)
    if !request.resume, place.hasCheckpoints {
      throw EspalierError.trainingExists(file: output.path, folder: place.folder.path)
    }
    let specification = try DataSpecification(request.data)
    let streams = RandomStreams(seed: UInt64(max(0, request.seed)))
    let pool = WorkerPool(threads: request.threads)
    let images = try LabelledImages.load(specification, defaultSplit: .train)
    // Read before training: a file that is missing is better known now than in an hour.
    let test = try specification.unseenSplit.map {
      try LabelledImages.load($0, defaultSplit: .test)
    }
    let graph = try network(request.network, for: images, streams: streams)
    let teacher = try teacher(request)
    let loader = try BatchLoader(
      images, preprocessing: request.preprocessing, batchSize: request.configuration.batchSize,
      augmentation: request.augmentation, dropsIncomplete: true)
    let lock = try place.claim()
    defer {
      place.leaveIfEmpty()
      withExtendedLifetime(lock) {}
    }
    let saved = try place.checkpoints(
      request,
      of: [
        graph.parameterHash, teacher?.graph.parameterHash ?? "", images.name, "\(images.count)",
      ], onNotice: onNotice)
    let (trained, last) = try train(
      graph, on: LoaderBatches(loader: loader), request, teacher: teacher, saved, in: place,
      streams: streams, pool: pool, onProgress: onProgress)
    try ONNXFile.write(trained, to: output)
    let epochs = last?.epoch ?? request.configuration.epochs
    if epochs < request.configuration.epochs {
      throw EspalierError.trainingInterrupted(epochs: epochs, file: output.path)
    }
    place.leave()
    let evaluator = test.map {
      ClassificationEvaluator($0, preprocessing: request.preprocessing, pool: pool)
    }
    return TrainingResult(
      model: output, epochs: epochs, loss: last?.loss ?? 0,
      trainingAccuracy: last?.trainingAccuracy ?? 0, test: try evaluator?.evaluate(trained),
      seconds: last?.seconds ?? 0)
  }

  /// The trained network and how its last epoch went; nil when all were trained before.
  private static func train(
    _ graph: Graph, on batches: LoaderBatches, _ request: TrainingRequest, teacher: Teacher?,
    _ saved: TrainingCheckpoints, in place: TrainingPlace, streams: RandomStreams,
    pool: WorkerPool, onProgress: (TrainingProgress) -> Void
  ) throws -> (Graph, TrainingProgress?) {
    var last: TrainingProgress?
    let start = DispatchTime.now().uptimeNanoseconds
    do {
      return (try train(), last)
    } catch let error as TrainingError {
      // It would diverge again: there is nothing to go on with.
      if case .nonFiniteLoss = error { place.leave() }
      throw error
    }
    func train() throws -> Graph {
      try saved.train(from: graph, epochs: request.configuration.epochs) {
        state, save in
        try Trainer.train(
          graph, on: batches, configuration: request.configuration, teacher: teacher, from: state,
          streams: streams, pool: pool
        ) { report in
          try save(report)
          let progress = TrainingProgress(
            report, request.configuration, since: state?.epoch ?? 0,
            seconds: Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
          last = progress
          onProgress(progress)
          return !Interruption.isRequested
        }
      }
    }
  }

  /// The network to learn from, if there is to be one.
  private static func teacher(_ request: TrainingRequest) throws -> Teacher? {
    guard let file = request.teacher else { return nil }
    let teacher = Teacher(
      try ModelFile(file).graph, weight: request.distillation, temperature: request.temperature)
    try teacher.validate()
    return teacher
  }

  /// The network of a file, or a new one for the images at hand.
  private static func network(
    _ name: String, for images: LabelledImages, streams: RandomStreams
  ) throws -> Graph {
    if TrainingRequest.isFile(name) {
      let path = (name as NSString).expandingTildeInPath
      return try ModelFile(URL(fileURLWithPath: path)).graph
    }
    let names = ModelBuilder.all.map(\.name)
    guard names.contains(name) else {
      throw EspalierError.unknownNetwork(
        name: name, suggestions: nearNames(to: name, among: names), known: names)
    }
    guard images.shape.rank == 3 else {
      throw EspalierError.setting(
        name: "--data", expected: "images of channels × height × width for '\(name)'",
        found: "'\(images.name)' of \(images.shape)")
    }
    let parameters = ModelParameters(
      classes: images.classCount, channels: images.shape[0], height: images.shape[1],
      width: images.shape[2])
    var stream = streams.stream("initial weights")
    return try ModelBuilder.named(name).graph(parameters, using: &stream)
  }

  /// The file, absolute, if it can be written: better known before the work than after it.
  static func writable(_ url: URL) throws -> URL {
    let file = url.absoluteURL.standardizedFileURL
    let folder = file.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    let isTaken =
      FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
      && isFolder.boolValue
    guard !isTaken, FileManager.default.isWritableFile(atPath: folder) else {
      throw EspalierError.setting(
        name: "--output", expected: "a file in a folder that can be written",
        found: "'\(file.path)'")
    }
    return file
  }
}

extension DataSpecification {
  /// The test split of the same data, nil where there is none or where it is what was asked for.
  ///
  /// A folder of arrays is one set whatever the split is called: nothing in it is unseen.
  var unseenSplit: DataSpecification? {
    guard split != .test, scheme != .npy, scheme.splits.contains(.test) else { return nil }
    var test = self
    test.split = .test
    return test
  }
}

extension TrainingProgress {
  /// - Parameters:
  ///   - first: epochs that were trained by an earlier process.
  ///   - seconds: since this one began.
  init(
    _ report: EpochReport, _ configuration: TrainingConfiguration, since first: Int = 0,
    seconds: Double
  ) {
    self.init(
      epoch: report.epoch, epochs: configuration.epochs, loss: report.meanLoss,
      trainingAccuracy: 100 * report.trainingAccuracy,
      images: report.steps * configuration.batchSize, first: first, seconds: seconds)
  }
}
