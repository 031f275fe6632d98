import Foundation

/// The numbers of a chart as rows; made one at a time, since there may be a hundred thousand.
struct ChartData {
  /// The columns' names, with units.
  let columns: [String]
  /// The number of rows.
  let count: Int
  /// The cells of a row.
  let row: (Int) -> [String]

  /// The rows of a list.
  init(_ columns: [String], _ rows: [[String]]) {
    self.columns = columns
    count = rows.count
    row = { rows[$0] }
  }

  /// Rows that are made when they are asked for.
  init(_ columns: [String], count: Int, row: @escaping (Int) -> [String]) {
    self.columns = columns
    self.count = count
    self.row = row
  }

  /// The file: RFC 4180 with a header, lines that end in CR LF, numbers with all their digits.
  var csv: Data {
    var bytes = Data()
    func append(_ cells: [String]) {
      bytes.append(contentsOf: cells.map(Self.cell).joined(separator: ",").utf8)
      bytes.append(contentsOf: "\r\n".utf8)
    }
    append(columns)
    for index in 0..<count { append(row(index)) }
    return bytes
  }

  private static func cell(_ text: String) -> String {
    let special: Set<Character> = [",", "\"", "\n", "\r", "\r\n"]
    guard text.contains(where: special.contains) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// A number with all its digits, nothing for one that is not there.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

/// A drawing with its numbers.
protocol Chart {
  /// The name of its files.
  var identifier: String { get }
  /// Above it.
  var title: String { get }
  /// What it shows, for who does not see it.
  var summary: String { get }
  /// Its numbers.
  var data: ChartData { get }
  /// The drawing; a stand-alone one brings its title and its colours.
  func svg(standalone: Bool) -> String
}

extension Chart {
  /// The element around a drawing, named and described.
  func wrapped(
    _ parts: [String], width: Double, height: Double, standalone: Bool
  ) -> String {
    let (top, lines) = standalone ? (34.0, ["<style>\(ChartStyle.rules)</style>"]) : (0, [])
    let box = "0 \(Markup.fixed(-top)) \(Markup.fixed(width)) \(Markup.fixed(height + top))"
    let open =
      "<svg \(standalone ? "xmlns=\"http://www.w3.org/2000/svg\" " : "")class=\"chart\" viewBox=\"\(box)\" "
      + "role=\"img\" aria-labelledby=\"\(identifier)-title \(identifier)-summary\">"
    let names = [
      "<title id=\"\(identifier)-title\">\(Markup.escaped(title))</title>",
      "<desc id=\"\(identifier)-summary\">\(Markup.escaped(summary))</desc>",
    ]
    let own =
      standalone
      ? [
        "<rect class=\"paper\" x=\"0\" y=\"\(Markup.fixed(-top))\" width=\"100%\" height=\"100%\"/>",
        Drawing.text(8, -12, title, class: "title"),
      ] : []
    return ([open] + names + lines + own + parts + ["</svg>"]).joined(separator: "\n") + "\n"
  }
}
