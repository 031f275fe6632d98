/// The lines at the bottom of a terminal that are drawn over again.
struct LiveArea {
  /// The widths of the lines that stand there.
  private var widths: [Int] = []

  /// The text that replaces what stands there.
  ///
  /// A window that became narrower has broken the old lines into several: that many rows are gone over.
  mutating func replacing(with lines: [String], columns: Int) -> String {
    let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
    widths = lines.map(Painter.width)
    let up = rows > 0 ? "\u{1B}[\(rows)A" : ""
    return up + "\r\u{1B}[J" + lines.map { $0 + "\n" }.joined()
  }

  /// Leaves what stands there for good.
  mutating func leave() { widths = [] }

  /// Whether anything stands there.
  var isEmpty: Bool { widths.isEmpty }
}
