/// Text that others wrote, made fit for a message: a program's complaints, names and answers.
public enum ForeignText {
  /// The text on one line, without control characters, terminals' escape sequences and marks that turn the
  /// direction of writing.
  ///
  /// - Parameter longest: the most characters that are kept; an ellipsis stands for the rest.
  public static func line(_ text: String, longest: Int = .max) -> String {
    var cleaned = String.UnicodeScalarView()
    var scalars = text.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1B}" {
        skipSequence(&scalars)
      } else if isBlank(scalar) {
        if cleaned.last.map({ $0 != " " }) ?? false { cleaned.append(" ") }
      } else if !isHidden(scalar) {
        cleaned.append(scalar)
      }
    }
    var line = String(cleaned)
    while line.last == " " { line.removeLast() }
    return line.count > longest ? line.prefix(longest) + "…" : line
  }

  /// What is left of an escape sequence after its first character: `[31m`, `]0;title` up to its bell, or a
  /// single letter.
  private static func skipSequence(_ scalars: inout String.UnicodeScalarView.SubSequence) {
    switch scalars.popFirst() {
    case "[": while let scalar = scalars.popFirst(), !(0x40...0x7E).contains(scalar.value) {}
    case "]": while let scalar = scalars.popFirst(), scalar != "\u{7}", scalar != "\u{1B}" {}
    default: break
    }
  }

  /// Line ends, tabs and other controls stand for a gap.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
