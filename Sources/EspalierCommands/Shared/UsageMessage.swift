/// What the argument parser says, as the sentence that follows `espalier:`.
enum UsageMessage {
  /// The message on one line, without the full stop at its end.
  static func sentence(_ message: String) -> String {
    var text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    if text.hasSuffix(".") { text.removeLast() }
    // A sentence of its own begins with a capital; after the program's name it goes on.
    guard let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase ?? false
    else { return text }
    return first.lowercased() + text.dropFirst()
  }
}
