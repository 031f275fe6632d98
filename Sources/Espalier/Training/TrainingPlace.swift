import Datasets
import Foundation
import Interchange
import Networks

/// Where a training that writes `x.onnx` saves how far it is: the folder `x.onnx.checkpoint`, gone at its end.
struct TrainingPlace {
  let folder: URL
  private static let name = "epoch"

  init(_ output: URL) {
    folder = output.appendingPathExtension("checkpoint")
  }

  private var files: CheckpointFolder {
    CheckpointFolder(folder, name: Self.name, identity: "")
  }

  /// Whether a training was stopped here.
  var hasCheckpoints: Bool { !files.isEmpty }

  /// Keeps other processes out.
  ///
  /// - Throws: `EspalierError.runBusy` when another one trains for the same file.
  func claim() throws -> FileLock {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard let lock = try FileLock(lockFile) else {
      throw EspalierError.runBusy(folder: folder.path)
    }
    AtomicFile.removeLeftovers(in: folder)
    return lock
  }

  private var lockFile: URL { folder.appendingPathComponent("run.lock") }

  /// Takes the folder away where nothing is saved in it.
  func leaveIfEmpty() {
    if !hasCheckpoints { leave() }
  }

  /// Takes the folder away: the network stands in its file.
  func leave() {
    unlink(lockFile.path)
    files.removeAll()
  }

  /// The checkpoints of a request.
  ///
  /// - Parameter hashes: of the network to begin with and the teacher, and what the images are.
  /// - Throws: `EspalierError.otherRun` when a training of something else was stopped here.
  func checkpoints(
    _ request: TrainingRequest, of hashes: [String], onNotice: @escaping (String) -> Void
  ) throws -> TrainingCheckpoints {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let settings = String(decoding: try encoder.encode(request.configuration), as: UTF8.self)
    let pixels = "\(request.preprocessing) \(String(describing: request.augmentation))"
    let lesson = "\(request.distillation) \(request.temperature) \(request.seed)"
    let rule = CheckpointRule(of: hashes + [settings, pixels, lesson], onNotice: onNotice)
    let checkpoints = rule.folder(at: folder, Self.name)
    guard !checkpoints.areAllOfAnotherRun else {
      throw EspalierError.otherRun(
        folder: folder.path, reason: "it is a training of another network, data or settings")
    }
    return TrainingCheckpoints(checkpoints, clock: rule.clock(), savesLast: false)
  }
}
