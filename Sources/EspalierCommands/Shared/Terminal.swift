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

  /// Whether what was written can be written over.
  static var isLive: Bool {
    isInteractive && !["", "dumb"].contains(variable("TERM") ?? "")
  }

  /// The window as it is now: it may have been resized since.
  static var window: SearchScreen.Window {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    func extent(_ found: UInt16, _ name: String, _ usual: Int) -> Int {
      if isKnown, found > 0 { return Int(found) }
      return variable(name).flatMap { Int($0) }.map { min(max($0, 1), 10_000) } ?? usual
    }
    return SearchScreen.Window(
      columns: extent(size.ws_col, "COLUMNS", 80), rows: extent(size.ws_row, "LINES", 24),
      // Any value but an empty one asks for none: no-color.org.
      hasColour: (variable("NO_COLOR") ?? "").isEmpty)
  }

  private static func variable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name]
  }

  /// Writes text as it is.
  static func send(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
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
