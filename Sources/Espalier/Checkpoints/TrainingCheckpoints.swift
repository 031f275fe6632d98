import Foundation
import Interchange
import Networks
import Tensors

/// The checkpoints of one training: where it stands after each epoch.
struct TrainingCheckpoints {
  private let folder: CheckpointFolder
  private let clock: CheckpointClock
  private let savesLast: Bool
  private static let otherwise = "training begins anew"

  /// The checkpoints in a folder.
  ///
  /// - Parameter savesLast: whether the last epoch is saved, too: where more follows in the same run.
  init(_ folder: CheckpointFolder, clock: CheckpointClock, savesLast: Bool) {
    self.folder = folder
    self.savesLast = savesLast
    // Every epoch is worth a look, however many episodes are.
    self.clock = clock.each(1)
  }

  /// Trains from the last checkpoint that can be used, or from the beginning.
  ///
  /// - Parameter body: trains from a state on, and hands each epoch's report to `save`.
  /// - Throws: what the body throws; a state that does not fit is told of, and an earlier one taken.
  func train(
    from graph: Graph, epochs: Int,
    _ body: (TrainingState?, _ save: (EpochReport) throws -> Void) throws -> Graph
  ) throws -> Graph {
    var clock = clock
    func save(_ report: EpochReport) throws {
      let isLast = report.epoch >= epochs
      guard !isLast || savesLast else { return }
      try clock.write(after: report.epoch, always: isLast || Interruption.isRequested) {
        guard let state = report.state else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try folder.write(encoder.encode(state), position: report.epoch)
      }
    }
    for checkpoint in folder.newestFirst(upTo: epochs, otherwise: Self.otherwise) {
      guard let state = try? JSONDecoder().decode(TrainingState.self, from: checkpoint.payload),
        state.epoch == checkpoint.position
      else {
        folder.tell(checkpoint, "holds no state of a training", otherwise: Self.otherwise)
        continue
      }
      do {
        return try body(state, save)
      } catch let error as TrainingError {
        guard case .state = error else { throw error }
        folder.tell(checkpoint, "cannot be used (\(error))", otherwise: Self.otherwise)
      }
    }
    return try body(nil, save)
  }
}

extension Graph {
  /// A hash of all parameters with their names: what training begins with.
  var parameterHash: String {
    SHA256.hex(
      initializers.keys.sorted().lazy.flatMap { name -> [UInt8] in
        let values = initializers[name]?.tensor?.scalars ?? []
        let bits = values.map(\.bitPattern.littleEndian)
        return Array(name.utf8) + bits.withUnsafeBytes { Array($0) }
      })
  }
}
