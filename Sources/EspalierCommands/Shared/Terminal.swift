import Foundation
import Reinforcement

/// Standard error: progress and what went wrong.
///
/// Standard output is for results alone.
enum Terminal {
  /// Whether a person is watching.
  static var isInteractive: Bool { isatty(STDERR_FILENO) != 0 }

  /// Writes a line.
  static func write(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Writes over the line at hand.
  static func rewrite(_ text: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(text)".utf8))
  }

  /// Writes the one sentence of a failure.
  static func error(_ sentence: String) {
    write("\(isInteractive ? "\r\u{1B}[2K" : "")espalier: \(sentence)")
  }
}

/// The one sentence that an error is told in.
enum Sentence {
  static func of(_ error: any Error) -> String { of("\(error)") }

  /// What others wrote may stand in it.
  static func of(_ text: String) -> String { ForeignText.line(text) }
}
