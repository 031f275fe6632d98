/// The elements that pages are made of.
enum HTML {
  /// A table whose first column names its rows.
  ///
  /// - Parameters:
  ///   - caption: what it shows.
  ///   - columns: the heads.
  ///   - rows: plain text, escaped here.
  static func table(_ caption: String, _ columns: [String], _ rows: [[String]]) -> String {
    // Words to the left, numbers to the right.
    let marks = columns.indices.map { column in
      rows.allSatisfy { column >= $0.count || isNumber($0[column]) } ? "" : " class=\"word\""
    }
    let heads = columns.enumerated().map { column, name in
      "<th scope=\"col\"\(marks[column])>\(Markup.escaped(name))</th>"
    }.joined()
    let body = rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == 0
          ? "<th scope=\"row\">\(Markup.escaped(cell))</th>"
          : "<td\(marks[min(index, marks.count - 1)])>\(Markup.escaped(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="wide" tabindex="0" role="region" aria-label="\(Markup.escaped(caption))"><table>
      <caption>\(Markup.escaped(caption))</caption>
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody></table></div>
      """
  }

  private static func isNumber(_ cell: String) -> Bool {
    cell.isEmpty || cell == "–" || cell.first.map { $0.isNumber || "-<".contains($0) } ?? true
  }

  static func section(_ title: String, _ content: [String]) -> String {
    let identifier = title.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
    return """
      <section aria-labelledby="\(Markup.escaped(String(identifier)))">
      <h2 id="\(Markup.escaped(String(identifier)))">\(Markup.escaped(title))</h2>
      \(content.joined(separator: "\n"))
      </section>
      """
  }

  static func paragraph(_ text: String, class name: String = "") -> String {
    "<p\(name.isEmpty ? "" : " class=\"\(name)\"")>\(Markup.escaped(text))</p>"
  }

  /// A chart with its title, its summary and its numbers.
  static func figure(_ chart: any Chart) -> String {
    let shown = min(chart.data.count, 60)
    // Evenly over all rows, the first and the last among them.
    let rows = (0..<shown).map { index in
      shown == chart.data.count ? index : index * (chart.data.count - 1) / max(shown - 1, 1)
    }
    let caption =
      "\(chart.title): "
      + (shown < chart.data.count ? "\(shown) of \(chart.data.count) rows" : "the numbers")
    return """
      <figure>
      <h3>\(Markup.escaped(chart.title))</h3>
      \(chart.svg(standalone: false))
      <figcaption>\(Markup.escaped(chart.summary))</figcaption>
      <details><summary>Numbers</summary>
      \(table(caption, chart.data.columns, rows.map { chart.data.row($0).map(Self.short) }))
      </details>
      </figure>
      """
  }

  /// A number of a table with six digits or so.
  private static func short(_ cell: String) -> String {
    guard cell.count > 9, let value = Double(cell), Int(cell) == nil else { return cell }
    let digits = value.magnitude >= 1000 ? 1 : value.magnitude >= 1 ? 4 : 8
    return Markup.decimal(value, digits)
  }

  /// Figures side by side.
  static func figures(_ charts: [any Chart]) -> String {
    "<div class=\"figures\">\n\(charts.map(figure).joined(separator: "\n"))\n</div>"
  }

  /// Large figures with a line below.
  static func cards(_ cards: [(name: String, value: String, note: String)]) -> String {
    let items = cards.map { card in
      "<div class=\"card\"><dt>\(Markup.escaped(card.name))</dt><dd>\(Markup.escaped(card.value))"
        + "<small>\(Markup.escaped(card.note))</small></dd></div>"
    }
    return "<dl class=\"cards\">\n\(items.joined(separator: "\n"))\n</dl>"
  }
}
