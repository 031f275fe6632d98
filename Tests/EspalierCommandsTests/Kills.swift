import Foundation
import Tensors
import Testing

/// Kills a program without warning at random moments and lets it go on, until it ends by itself.
struct Kills {
  /// How often.
  let count: Int
  /// The moments.
  private var stream: SeededGenerator

  /// ESPALIER_SLOW=1 kills twenty times.
  static let isSlow = ProcessInfo.processInfo.environment["ESPALIER_SLOW"] == "1"

  init(seed: UInt64) {
    count = Self.isSlow ? 20 : 5
    stream = RandomStreams(seed: seed).stream("kills")
  }

  /// Runs to the end with `--resume`; gives how often it was killed.
  ///
  /// - Parameter seconds: how long it takes undisturbed. A life lasts up to twice its share of that and a
  ///   fifth of the whole, in which it gets ready.
  mutating func run(_ arguments: [String], in bench: Bench, seconds: Double) throws -> Int {
    let longest = seconds * (0.2 + 2 / Double(count))
    var killed = 0
    for _ in 0..<count {
      let delay = longest * stream.uniform()
      let outcome = try Program.run(arguments + ["--resume"], in: bench) { process in
        Thread.sleep(forTimeInterval: delay)
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      }
      guard outcome.code == -SIGKILL else {
        #expect(outcome.code == 0, "\(outcome.error)")
        return killed
      }
      killed += 1
    }
    let last = try Program.run(arguments + ["--resume"], in: bench)
    #expect(last.code == 0, "\(last.error)")
    return killed
  }
}
