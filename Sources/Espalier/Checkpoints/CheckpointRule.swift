import Foundation
import Interchange

/// When a run writes checkpoints, where, and as whose.
struct CheckpointRule {
  /// Episodes from one checkpoint to the next; 0 writes none.
  var episodes = CheckpointRule.usualEpisodes
  /// The part of the time that writing them may take, so that short episodes do not pay for long files.
  var share = 0.01
  /// What the run is: its seed, agent, model and environment.
  let identity: String
  let onNotice: (String) -> Void

  /// What `--checkpoint-every` is by default.
  static let usualEpisodes = 10

  /// The rule of a run.
  ///
  /// - Parameter texts: everything on which the run's course depends.
  init(
    of texts: [String], episodes: Int? = nil, onNotice: @escaping (String) -> Void = { _ in }
  ) {
    identity = Self.identity(texts)
    self.episodes = episodes ?? Self.usualEpisodes
    self.onNotice = onNotice
  }

  private static func identity(_ texts: [String]) -> String {
    SHA256.hex(texts.joined(separator: "\u{0}").utf8)
  }

  /// The checkpoints of a part of the run.
  ///
  /// - Parameters:
  ///   - name: the part's; anything but letters and digits becomes a dash in file names.
  ///   - more: what the part's course depends on beside the run's.
  func folder(_ run: RunDirectory, _ name: String, _ more: String = "") -> CheckpointFolder {
    folder(at: run.checkpoints, name, more)
  }

  /// The checkpoints of a part in any folder.
  func folder(at folder: URL, _ name: String, _ more: String = "") -> CheckpointFolder {
    CheckpointFolder(
      folder, name: String(name.map { $0.isLetter || $0.isNumber ? $0 : "-" }),
      identity: Self.identity([identity, name, more]), onNotice: onNotice)
  }

  /// Keeps the time that checkpoints take.
  func clock() -> CheckpointClock { CheckpointClock(every: episodes, share: share) }
}

/// Says when the next checkpoint is due.
///
/// The clock decides only when something is written, never what comes of the run.
struct CheckpointClock {
  private var every: Int
  private let share: Double
  private let start = ContinuousClock.now
  private var spent = Duration.zero

  init(every: Int, share: Double) {
    self.every = every
    self.share = share
  }

  /// The same with another distance, unless none are written at all.
  func each(_ count: Int) -> CheckpointClock {
    var clock = self
    if every > 0 { clock.every = count }
    return clock
  }

  /// Writes a checkpoint where one is due after so many episodes or epochs, or where it must be.
  ///
  /// - Throws: what the body throws.
  mutating func write(after count: Int, always: Bool = false, _ body: () throws -> Void) throws {
    guard every > 0, always || count % every == 0 && isCheap else { return }
    let begin = ContinuousClock.now
    try body()
    spent += ContinuousClock.now - begin
  }

  private var isCheap: Bool {
    spent / .seconds(1) <= share * ((ContinuousClock.now - start) / .seconds(1))
  }
}
