/// Puts parts of a line together, cut to a width, with or without colour.
struct Painter {
  let columns: Int
  let hasColour: Bool

  /// A piece of text and how it stands out.
  enum Part: Equatable {
    case plain(String)
    case strong(String)
    case faint(String)
    case bright(String)

    var text: String {
      switch self {
      case .plain(let text), .strong(let text), .faint(let text), .bright(let text): text
      }
    }

    /// What begins it on a terminal.
    var code: String? {
      switch self {
      case .plain: nil
      case .strong: "1"
      case .faint: "2"
      case .bright: "36"
      }
    }
  }

  /// A line no longer than the width.
  func line(_ parts: [Part]) -> String {
    var (line, room) = ("", columns)
    let isTooLong = parts.reduce(0) { $0 + $1.text.count } > columns
    for part in parts where room > 0 {
      var text = Self.printable(part.text)
      if isTooLong, text.count >= room { text = Self.cut(text, room, always: true) }
      room -= text.count
      if hasColour, let code = part.code, !text.isEmpty {
        line += "\u{1B}[\(code)m\(text)\u{1B}[0m"
      } else {
        line += text
      }
    }
    return line
  }

  /// A bar from left to right.
  func bar(_ part: Double, width: Int) -> [Part] {
    let part = part.isFinite ? min(max(part, 0), 1) : 0
    let full = Int((part * Double(width)).rounded())
    return [
      .bright(String(repeating: "█", count: full)),
      .faint(String(repeating: "░", count: width - full)),
    ]
  }

  /// A text of at most so many characters; what is missing shows as an ellipsis.
  static func cut(_ text: String, _ width: Int, always: Bool = false) -> String {
    guard text.count > width || always else { return text }
    return text.prefix(max(width - 1, 0)) + "…"
  }

  /// A text of at most so many characters, of which the last ones stay: those tell layers apart.
  static func cutFront(_ text: String, _ width: Int) -> String {
    text.count > width ? "…" + text.suffix(max(width - 1, 0)) : text
  }

  /// The text without what would move the cursor: names come from files.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  /// How many columns a line takes on the screen: its characters but for the codes of colours.
  static func width(_ line: String) -> Int {
    var (width, isCode) = (0, false)
    for character in line {
      if character == "\u{1B}" { isCode = true }
      if !isCode { width += 1 }
      if isCode, character == "m" { isCode = false }
    }
    return width
  }
}

/// Numbers as a row of small upright bars.
enum Sparkline {
  private static let bars = Array("▁▂▃▄▅▆▇█")

  /// The largest number of each of `width` equal parts, between the least and the largest of all.
  static func text(_ values: [Double], width: Int) -> String {
    guard let least = values.min(), let most = values.max(), width > 0 else { return "" }
    let count = min(width, values.count)
    return String(
      (0..<count).map { part in
        let range = (part * values.count / count)..<((part + 1) * values.count / count)
        let value = values[range].max() ?? least
        return bar(most > least ? (value - least) / (most - least) : 0.5)
      })
  }

  /// A bar for a number in 0…1.
  static func bar(_ part: Double) -> Character {
    let part = part.isFinite ? min(max(part, 0), 1) : 0
    return bars[Int((part * Double(bars.count - 1)).rounded())]
  }
}
